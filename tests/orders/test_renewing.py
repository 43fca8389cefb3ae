"""The night of contracts: what renews by itself, and what owners are told, each once."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from crm.choices import Role
from crm.company import company_today
from crm.jobs import run_job
from crm.models import JobRun, Notice, RowChange, Task, User
from orders.contracts.actions import create_subscription
from orders.contracts.renewing import MOST_TERMS, renew_due, tell_owners
from orders.contracts.terms import months_later
from orders.models import Subscription, SubscriptionRenewal
from orders.tasks import renew_contracts_task
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def owner(db) -> User:
    make.make_company()
    return make.make_user(Role.REP, name="Rosa")


def contract(owner: User | None, **fields) -> Subscription:
    values = {"plan": "Care", "term_months": 12, "auto_renews": True, **fields}
    return make.make_subscription(make.make_contact(owner=owner), **values)


def terms(subscription: Subscription) -> list[tuple[str, str]]:
    rows = subscription.renewals.order_by("starts_on").values_list("starts_on", "renews_on")
    return [(str(starts), str(renews)) for starts, renews in rows]


def test_what_says_so_is_renewed_on_its_day_and_once(owner):
    today = dt.date(2026, 6, 1)
    due = contract(owner, renews_on=today, monthly_amount=10)
    kept = [
        contract(owner, renews_on=today, auto_renews=False),
        contract(owner, renews_on=today + DAY),
        contract(owner, renews_on=today, term_months=None),
        contract(owner, renews_on=today, cancelled_on=today - DAY, ended_on=today + DAY),
    ]
    before = list(Subscription.objects.exclude(pk=due.pk).order_by("pk").values())
    assert renew_due(today) == 1
    assert renew_due(today) == 0
    assert terms(due) == [("2026-06-01", "2027-06-01")]
    due.refresh_from_db()
    assert (due.renews_on, due.version, due.monthly_amount) == (dt.date(2027, 6, 1), 2, 10)
    assert list(Subscription.objects.filter(pk__in=[one.pk for one in kept]).order_by("pk").values()) == before
    assert RowChange.objects.filter(table_name="orders_subscription", row_id=due.pk, operation="U").count() == 1


def test_nights_that_were_missed_are_made_up_for_term_by_term(owner):
    monthly = contract(owner, started_on="2025-10-31", term_months=1, renews_on="2026-01-31")
    monthly.refresh_from_db()
    renew_due(dt.date(2026, 4, 30))
    assert terms(monthly) == [
        ("2026-01-31", "2026-02-28"),
        ("2026-02-28", "2026-03-31"),
        ("2026-03-31", "2026-04-30"),
        ("2026-04-30", "2026-05-31"),
    ]


def test_a_day_long_past_does_not_make_hundreds_of_terms(owner):
    old = contract(owner, started_on="1900-01-01", term_months=1, renews_on="1900-02-01")
    renew_due(dt.date(2026, 4, 30))
    made = terms(old)
    assert len(made) == MOST_TERMS
    assert (made[0][0], made[-1][1]) == ("1900-02-01", "2026-05-01")
    assert all(one[1] == other[0] for one, other in pairwise(made))


def test_owners_hear_before_a_term_and_after_an_end_each_once(owner):
    today = company_today()
    goes_on = contract(owner, renews_on=today + 20 * DAY)
    by_hand = contract(owner, renews_on=today + 30 * DAY, auto_renews=False, monthly_amount=49)
    left = contract(owner, plan="Glass", ended_on=today - DAY, cancel_reason="Too dear", auto_renews=False)
    quiet = [
        contract(owner, renews_on=today + 31 * DAY, auto_renews=False),
        contract(owner, renews_on=today + 2 * DAY, term_months=1),
        contract(owner, ended_on=today - 15 * DAY),
        contract(None, ended_on=today - DAY),
        contract(owner, ended_on=today),
    ]
    again = contract(owner, ended_on=today - DAY)
    make.make_subscription(again.contact, plan="Care", started_on=today)
    assert tell_owners(today) == {"announced": 1, "to_renew": 1, "ended": 1}
    assert tell_owners(today) == {"announced": 0, "to_renew": 0, "ended": 0}
    notice = Notice.objects.get()
    assert (notice.user, notice.url) == (owner, goes_on.get_absolute_url())
    assert "renews by itself on" in notice.title
    asked, ended = Task.objects.order_by("pk")
    assert (asked.owner, asked.record_id, asked.due_on) == (owner, by_hand.contact_id, today + 16 * DAY)
    assert by_hand.get_absolute_url() in asked.text
    assert (ended.record_id, ended.due_on) == (left.contact_id, today)
    assert "Too dear" in ended.text
    assert not RowChange.objects.filter(table_name="orders_subscription", operation="U").exists()
    Subscription.objects.filter(pk=by_hand.pk).update(renews_on=today + 10 * DAY)
    assert tell_owners(today)["to_renew"] == 1, "another day is told anew"
    assert len(quiet) == 5


def test_the_clock_starts_it_once_a_day(owner, monkeypatch):
    assert renew_contracts_task() is False, "there are no contracts"
    due = contract(owner, renews_on=company_today() - DAY)
    monkeypatch.setattr("orders.tasks.NIGHTLY_HOUR", 0)
    assert [renew_contracts_task(), renew_contracts_task()] == [True, False]
    run_job(JobRun.objects.get(kind="renewals").pk)
    assert SubscriptionRenewal.objects.filter(subscription=due, note="By itself", actor=None).exists()


def test_a_form_asks_for_the_term(owner):
    client = make.signed_in(make.make_user(Role.MANAGER))
    sent = {"contact": make.make_contact().pk, "plan": "Care", "started_on": "2026-01-01", "currency": "EUR"}
    refused = client.post("/subscriptions/new/", {**sent, "auto_renews": "on"})
    assert refused.status_code == 422
    assert "needs its term" in refused.content.decode()
    assert client.post("/subscriptions/new/", {**sent, "auto_renews": "on", "term_months": "12"}).status_code == 302
    made = Subscription.objects.get()
    assert made.auto_renews
    shown = client.get(made.get_absolute_url()).content.decode()
    assert "renews by itself on" in shown
    assert create_subscription(actor=None, fields={**_fields(), "term_months": 12}).auto_renews is False
    assert made.renews_on is not None
    assert months_later(made.started_on, 12) <= made.renews_on


def _fields():
    return {"contact": make.make_contact(), "plan": "Other", "started_on": dt.date(2026, 1, 1), "currency": "EUR"}
