"""The pages, the API and the figures of compensation."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.choices import FieldRight, Role
from crm.intervals import wilson
from crm.models import FieldRule
from service.models import Compensation, Ticket
from service.remedies import actions
from service.remedies.figures import remedy_figures
from service.remedies.panels import compensations_before
from tests.concurrency.forms import form_in
from tests.factories import make_contact, make_order, make_ticket, make_token, make_user, signed_in
from tests.service.remedies.test_empowerment import REASON, House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(db) -> House:
    return House()


def sent(client, ticket: Ticket, **more):
    url = f"/tickets/{ticket.pk}/compensations/new/"
    fields = form_in(client.get(url).content.decode(), "form_token").fields
    return client.post(url, {**fields, "remedy": "refund", "size": "20", "reason": REASON, **more}, follow=True)


def test_an_agent_gives_something_from_the_ticket_and_sees_what_is_left(house):
    client = signed_in(house.agent)
    ticket = house.ticket
    assert 'data-hotkey="m"' in client.get(ticket.get_absolute_url()).content.decode()
    page = sent(client, ticket).content.decode()
    assert "Refund: €\N{NO-BREAK SPACE}20.00: given." in page
    form = client.get(f"/tickets/{ticket.pk}/compensations/new/").content.decode()
    assert "€\N{NO-BREAK SPACE}80.00 left for you to give" in form


def test_beyond_the_limit_it_is_said_who_is_asked_and_the_manager_decides_on_a_page(house):
    page = sent(signed_in(house.agent), house.ticket, size="80").content.decode()
    assert "This is beyond your limit" in page
    assert "Mia Manager" in page
    asked = Compensation.objects.get()
    boss = signed_in(house.boss)
    assert "Compensation that waits for your word" in boss.get("/").content.decode()
    detail = boss.get(asked.get_absolute_url()).content.decode()
    form = form_in(detail, "words")
    answer = boss.post(f"{asked.get_absolute_url()}refuse/", {**form.fields, "words": ""})
    assert answer.status_code == 422
    assert boss.post(f"{asked.get_absolute_url()}approve/", form.fields).status_code == 302
    late = boss.post(f"{asked.get_absolute_url()}refuse/", {**form.fields, "words": "No."})
    assert late.status_code == 409
    assert "Compensation that waits" not in boss.get("/").content.decode()


def test_bad_sizes_come_back_with_what_was_typed(house):
    client = signed_in(house.agent)
    for remedy, size in (("points", "1.5"), ("refund", "-3"), ("refund", "0"), ("refund", "1e9"), ("kiss", "5")):
        answer = sent(client, house.ticket, remedy=remedy, size=size)
        assert answer.status_code == 422, (remedy, size)
        assert REASON in answer.content.decode()
    assert not Compensation.objects.exists()


def test_amounts_are_kept_from_whom_they_are_hidden(house):
    given = house.give("refund", 20)
    FieldRule.objects.create(role=Role.AGENT, model="service.compensation", field="amount", right=FieldRight.HIDDEN)
    client = signed_in(house.agent)
    pages = (given.get_absolute_url(), house.ticket.get_absolute_url(), "/compensations/", "/compensations/figures/",
             house.customer.get_absolute_url(), f"/tickets/{house.ticket.pk}/compensations/new/")  # fmt: skip
    for page in pages:
        assert "20.00" not in client.get(page).content.decode(), page
    answer = client.post(
        f"/tickets/{house.ticket.pk}/compensations/new/", {"remedy": "refund", "size": "5", "reason": REASON}
    )
    assert answer.status_code == 422
    assert Compensation.objects.count() == 1


def test_the_history_of_the_customer_tells_what_reached_them(house):
    house.give("refund", 20)
    given = house.give("gift", 10)
    house.give("credit", 90)
    actions.reverse_compensation(actor=house.agent, compensation=given, version=given.version, words="Wrong person.")
    told = [entry.title for entry in compensations_before(house.agent, house.customer.pk, None, 10)]
    space = "\N{NO-BREAK SPACE}"
    assert told == [f"Gift: €{space}10.00 taken back", f"Gift: €{space}10.00 given", f"Refund: €{space}20.00 given"]


def test_the_list_asks_as_much_for_three_rows_as_for_one(house, django_assert_max_num_queries):
    client = signed_in(house.boss)
    house.give("refund", 5)
    client.get("/compensations/")
    from django.db import connection  # noqa: PLC0415

    with CaptureQueriesContext(connection) as one:
        client.get("/compensations/")
    for size in (6, 7):
        house.give("refund", size, ticket=make_ticket(make_contact()))
    with django_assert_max_num_queries(min(12, len(one.captured_queries))):
        page = client.get("/compensations/")
    assert "3" in page.context["count"]
    file = b"".join(client.get("/compensations/export/").streaming_content).decode()
    assert file.count(REASON) in (0, 3)
    assert "refund" in file


def test_programs_give_ask_and_decide(house, client):
    agent, boss = (make_token(person) for person in (house.agent, house.boss))

    def ask(secret: str, path: str, **body):
        return client.post(
            f"/api/v1/{path}", body, content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
        )

    path = f"tickets/{house.ticket.pk}/compensations"
    given = ask(agent, path, remedy="credit", size="20", reason=REASON)
    assert (given.status_code, given.json()["state"], given.json()["amount"]) == (201, "granted", "20.00")
    asked = ask(agent, path, remedy="refund", size="90", reason=REASON).json()
    assert asked["state"] == "awaiting"
    decision = f"compensations/{asked['id']}/approve"
    assert ask(agent, decision, version=1).status_code == 422
    assert ask(boss, decision, version=1).json()["state"] == "granted"
    assert ask(boss, decision, version=1).status_code == 409
    assert ask(agent, path, remedy="points", size="2.5", reason=REASON).status_code == 422


def test_figures_cost_a_complaint_and_say_who_bought_again(house):
    now = timezone.now()
    days = dt.timedelta(days=1)
    for number in range(6):
        customer = make_contact()
        ticket = make_ticket(customer, kind="complaint", tags=["product"] if number < 2 else ["price"])
        Ticket.objects.filter(pk=ticket.pk).update(solved_at=now - 200 * days, state="solved", waiting_since=None)
        if number < 4:
            given = house.give("refund", 10 * (number + 1), actor=house.boss, ticket=ticket)
            moment = now - (200 if number < 3 else 5) * days
            Compensation.objects.filter(pk=given.pk).update(granted_at=moment, created_at=moment)
        if number in (0, 4):
            make_order(customer, ordered_at=now - 150 * days)
        if number == 1:
            make_order(customer, ordered_at=now - 20 * days)  # too late to count
        if number in (2, 5):
            make_order(customer, ordered_at=now - 300 * days)  # before it happened
    make_ticket(make_contact(), kind="query")
    merged = make_ticket(customer, kind="complaint")
    Ticket.objects.filter(pk=merged.pk).update(
        merged_into=ticket, state="closed", solved_at=now, closed_at=now, waiting_since=None
    )
    found = remedy_figures(house.boss, since=now - 365 * days)
    assert (found.complaints, found.complaints_made_good, found.complaint_cost) == (7, 4, Decimal(100))
    assert found.per_complaint == Decimal(100) / 7
    assert [(one.name, one.count, one.cost) for one in found.by_tag] == [
        ("price", 2, Decimal(70)), ("product", 2, Decimal(30)),
    ]  # fmt: skip
    assert (found.again.count, found.again.bought, found.again.waiting) == (3, 1, 1)
    assert found.again.interval == pytest.approx(wilson(1 / 3, 3))
    assert (found.without.count, found.without.bought) == (2, 1)
    page = signed_in(house.boss).get("/compensations/figures/").content.decode()
    assert "Bought again" in page
    assert "n = 3" in page
    empty = signed_in(make_user(Role.REP)).get("/compensations/figures/")
    assert "Nothing was given in this time" in empty.content.decode()
