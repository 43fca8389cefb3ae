"""Many orders, invoices, subscriptions, registrations and leads changed at once, and one cell of each."""

import datetime as dt
import json
from typing import Any

import pytest
from django.urls import reverse

from contacts.models import TerritoryRule
from crm.choices import JobState, Role
from crm.models import JobRun, RowChange, Territory
from leads.models import ScoreRule
from orders.models import Invoice, Order, ProductRegistration, Subscription
from tests import factories as make
from tests.concurrency.forms import form_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
DAY = dt.date(2026, 3, 2)


@pytest.fixture
def manager(db):
    make.make_company()
    return make.make_user(Role.MANAGER, name="Mia")


def send(user, url_name: str, field: str, value: str, **which: Any) -> JobRun:
    sent = {"op": "set", "announced": "some", "field": field, "value": value, **(which or {"all": "1"})}
    answer = make.signed_in(user).post(reverse(url_name), sent)
    assert answer.status_code == 302, answer.content.decode()
    return JobRun.objects.latest("pk")


def undo(user, job: JobRun) -> JobRun:
    make.signed_in(user).post(reverse("crm:job_undo", args=[job.pk]))
    return JobRun.objects.latest("pk")


def test_orders_get_a_channel_and_it_is_taken_back_where_nobody_changed_it_since(manager):
    web, shop = (make.make_order(make.make_contact(), channel=name) for name in ("web", "store"))
    job = send(manager, "orders:order_bulk", "channel", "phone")
    assert job.result["changed"] == 2
    Order.objects.filter(pk=shop.pk).update(channel="mail")
    undone = undo(manager, job)
    assert (undone.state, undone.result["undone"], undone.result["changed_since"]) == (JobState.DONE, 1, 1), (
        undone.error
    )
    assert dict(Order.objects.values_list("pk", "channel")) == {web.pk: "web", shop.pk: "mail"}
    assert undo(manager, job).result["undone"] == 0


def test_invoices_that_match_are_due_later_but_none_before_its_day(manager):
    tree = json.dumps({"version": 1, "where": {"field": "note", "op": "is", "value": "agreed"}})
    early, late, other = (
        make.make_invoice(make.make_contact(), issued_on=DAY + dt.timedelta(days=days), due_on=None, note=note)
        for days, note in ((0, "agreed"), (40, "agreed"), (0, ""))
    )
    job = send(manager, "orders:invoice_bulk", "due_on", "2026-04-01", all="1", filter=tree)
    assert {name: job.result[name] for name in ("changed", "unfit", "same")} == {"changed": 1, "unfit": 1, "same": 0}
    days = dict(Invoice.objects.values_list("pk", "due_on"))
    assert days == {early.pk: dt.date(2026, 4, 1), late.pk: None, other.pk: None}
    assert "issued after that day" in make.signed_in(manager).get(job.get_absolute_url()).content.decode()
    assert RowChange.objects.filter(job=job, table_name="orders_invoice", operation="U").count() == 1
    assert undo(manager, job).result["undone"] == 1


def test_subscriptions_renew_by_themselves_from_now_on_where_they_have_a_term(manager):
    with_term = make.make_subscription(make.make_contact(), term_months=12)
    without = make.make_subscription(make.make_contact())
    job = send(manager, "orders:subscription_bulk", "auto_renews", "True")
    assert (job.result["changed"], job.result["unfit"]) == (1, 1)
    assert job.title.startswith("Renews by itself set to yes")
    assert dict(Subscription.objects.values_list("pk", "auto_renews")) == {with_term.pk: True, without.pk: False}
    assert undo(manager, job).result["undone"] == 1
    assert not Subscription.objects.filter(auto_renews=True).exists()


def test_registrations_get_a_longer_warranty_but_none_before_the_purchase(manager):
    old, new = (make.make_registration(make.make_contact(), bought_on=day) for day in (DAY, dt.date(2030, 1, 1)))
    job = send(manager, "orders:registration_bulk", "warranty_ends_on", "2029-01-01")
    assert (job.result["changed"], job.result["unfit"]) == (1, 1)
    assert ProductRegistration.objects.get(warranty_ends_on="2029-01-01") == old
    assert new.pk
    assert undo(manager, job).result["undone"] == 1


def test_leads_of_another_industry_come_into_its_territory_with_their_new_score(manager):
    wood = Territory.objects.create(name="Wood")
    TerritoryRule.objects.create(territory=wood, industries=["Wood"])
    tree = {"version": 1, "where": {"field": "industry", "op": "is", "value": "Wood"}}
    ScoreRule.objects.create(name="Wood", kind="fit", points=40, tree=tree)
    lead = make.make_lead(industry="Steel")
    assert send(manager, "leads:lead_bulk", "industry", "Wood").result["changed"] == 1
    lead.refresh_from_db()
    assert (lead.territory, lead.score) == (wood, 40)


def test_nobody_changes_what_hangs_on_customers_out_of_reach(manager):
    rep = make.make_user(Role.REP)
    mine = make.make_invoice(make.make_contact(owner=rep), note="a")
    theirs = make.make_invoice(make.make_contact(owner=make.make_user(Role.REP)), note="a")
    assert send(rep, "orders:invoice_bulk", "note", "b", pk=[mine.pk, theirs.pk]).result["changed"] == 1
    assert dict(Invoice.objects.values_list("pk", "note")) == {mine.pk: "b", theirs.pk: "a"}


def cell(kind: str, record: Any, field: str) -> str:
    return f"{reverse(kind, args=[record.pk])}?field={field}"


@pytest.mark.parametrize(
    ("kind", "make_one", "field", "typed", "shown"),
    [
        ("orders:order_cell", lambda: make.make_order(make.make_contact()), "channel", "web", "Web shop"),
        ("orders:invoice_cell", lambda: make.make_invoice(make.make_contact()), "note", "Agreed", "Agreed"),
        (
            "orders:subscription_cell",
            lambda: make.make_subscription(make.make_contact(), term_months=3),
            "auto_renews",
            "True",
            "yes",
        ),
        ("orders:registration_cell", lambda: make.make_registration(make.make_contact()), "note", "Mine", "Mine"),
        ("pipeline:deal_cell", make.make_deal, "next_step", "Call Ada", "Call Ada"),
        ("leads:lead_cell", make.make_lead, "industry", "Wood", "Wood"),
    ],
)
def test_a_cell_is_changed_where_it_stands(manager, kind, make_one, field, typed, shown):
    record, client = make_one(), make.signed_in(manager)
    url = cell(kind, record, field) + f"&columns={field}"
    fields = form_in(client.get(url, headers=HTMX).content.decode(), "opened").fields
    answer = client.post(url, {**fields, field: typed}, headers=HTMX, follow=True)
    assert answer.status_code == 200, answer.content.decode()
    assert f'id="row-{record.pk}"' in answer.content.decode()
    assert shown in answer.content.decode()
    record.refresh_from_db()
    assert str(getattr(record, field)) == typed


def test_a_cell_that_cannot_be_is_refused_with_a_sentence_and_keeps_what_was_typed(manager):
    client = make.signed_in(manager)
    invoice = make.make_invoice(make.make_contact(), issued_on=DAY)
    url = cell("orders:invoice_cell", invoice, "due_on")
    fields = form_in(client.get(url, headers=HTMX).content.decode(), "opened").fields
    refused = client.post(url, {**fields, "due_on": "2026-01-01"}, headers=HTMX)
    assert refused.status_code == 422
    assert "cannot be due before it is issued" in refused.content.decode()
    assert 'value="2026-01-01"' in refused.content.decode()
    ended = make.make_subscription(make.make_contact(), ended_on=DAY, term_months=1)
    said = client.get(cell("orders:subscription_cell", ended, "renews_on"), headers=HTMX).content.decode()
    assert "ended or cancelled" in said


def test_two_people_in_one_cell_of_an_order_see_each_other(manager):
    order = make.make_order(make.make_contact())
    mia, otto = make.signed_in(manager), make.signed_in(make.make_user(Role.MANAGER, name="Otto"))
    url = cell("orders:order_cell", order, "channel")
    opened = form_in(mia.get(url, headers=HTMX).content.decode(), "opened").fields
    theirs = form_in(otto.get(url, headers=HTMX).content.decode(), "opened").fields
    assert otto.post(url, {**theirs, "channel": "store"}, headers=HTMX, follow=True).status_code == 200
    answer = mia.post(url, {**opened, "channel": "web"}, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Otto saved this record while you were typing" in html
    assert 'value="web" selected' in html
