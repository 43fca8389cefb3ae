"""Deals by the month they are expected in, and moving one: with the mouse or without, of two at once one (R9)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.choices import Role
from crm.company import company_today
from crm.models import FieldRule, RowChange
from pipeline.models import Deal, Stage
from pipeline.month_board import day_in, first_of
from tests import factories as make
from tests.concurrency.racing import at_once

ROUNDS = 5
ON_BOARD = {"X-Board": "1"}


def columns(client, query: str = ""):
    return {column.key: column for column in client.get(reverse("pipeline:month_board") + query).context["columns"]}


def sent(client, deal: Deal, month: dt.date, version: int | None = None, **fields):
    url = reverse("pipeline:deal_expect", args=[deal.pk])
    data = {"month": month.isoformat(), "version": version or deal.version, **fields}
    return client.post(url, data, headers=ON_BOARD)


def changes_of(deal: Deal):
    return RowChange.objects.filter(table_name="pipeline_deal", row_id=deal.pk, operation="U")


@pytest.mark.parametrize(
    ("month", "before", "today", "found"),
    [
        ("2026-04-01", "2026-03-15", "2026-03-02", "2026-04-15"),
        ("2026-02-01", "2026-01-31", "2026-01-10", "2026-02-28"),  # no such day there
        ("2026-03-01", "2026-05-04", "2026-03-20", "2026-03-31"),  # over by today
        ("2026-03-01", None, "2026-03-20", "2026-03-31"),
    ],
)
def test_the_day_of_the_month_stays_where_it_can(month, before, today, found):
    days = [dt.date.fromisoformat(text) if text else None for text in (month, before, today)]
    assert day_in(*days).isoformat() == found


@pytest.mark.django_db
class TestBoard:
    @pytest.fixture
    def manager(self):
        make.make_company()
        make.make_pipeline()
        return make.make_user(Role.MANAGER)

    def test_each_deal_stands_in_one_column_and_counts_are_of_all(self, manager):
        today, stage = company_today(), Stage.objects.get(name="First")
        days = {
            "late": today - dt.timedelta(days=3),
            first_of(today).isoformat(): first_of(today, 1) - dt.timedelta(days=1),
            first_of(today, 2).isoformat(): first_of(today, 2),
            "later": first_of(today, 9),
            "none": None,
        }
        for place, day in enumerate(days.values(), start=1):
            Deal.objects.bulk_create(
                Deal(title="A", pipeline=stage.pipeline, stage=stage, currency="EUR", base_amount=n, expected_on=day)
                for n in range(5 * place)
            )
        make.make_deal(expected_on=first_of(today, 2), closed=("Won", today))  # closed: expected no more
        found = columns(make.signed_in(manager))
        assert {key: column.count for key, column in found.items() if column.count} == {
            key: 5 * place for place, key in enumerate(days, start=1)
        }
        none = found["none"]
        assert (none.worth, len(none.cards), none.more) == (sum(range(25)), 20, 5)
        assert [card.deal.base_amount for card in none.cards[:2]] == [24, 23], "the largest first"

    def test_a_page_costs_the_same_for_ten_and_for_fifty(self, manager):
        client, counts = make.signed_in(manager), []
        for number in (10, 40):
            for _ in range(number):
                make.make_deal(expected_on=company_today(), owner=manager)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                columns(client)
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 16

    def test_a_card_moves_to_a_month_and_the_past_keeps_it(self, manager):
        deal = make.make_deal(expected_on=company_today())
        month = first_of(company_today(), 3)
        answer = sent(make.signed_in(manager), deal, month)
        deal.refresh_from_db()
        assert answer.json() == {"version": 2}
        assert deal.expected_on.replace(day=1) == month
        assert deal.forecast_category == "pipeline", "what was not asked stays"
        change = changes_of(deal).latest("pk")
        assert change.was["expected_on"] == company_today().isoformat()
        assert change.actor_id == manager.pk

    def test_who_moves_a_card_that_was_moved_since_is_told(self, manager):
        deal, client = make.make_deal(expected_on=company_today()), make.signed_in(manager)
        months = [first_of(company_today(), ahead) for ahead in (1, 2)]
        assert [sent(client, deal, month, version=1).status_code for month in months] == [200, 409]
        deal.refresh_from_db()
        assert deal.expected_on.replace(day=1) == months[0]

    def test_the_same_without_a_mouse_is_a_form(self, manager):
        deal, client = make.make_deal(expected_on=company_today()), make.signed_in(manager)
        assert reverse("pipeline:deal_expect", args=[deal.pk]) in client.get("/pipeline/months/").content.decode()
        url = reverse("pipeline:deal_expect", args=[deal.pk])
        typed = {"expected_on": "2031-05-17", "forecast_category": "commit", "version": 1}
        assert client.post(url, typed).status_code == 302
        deal.refresh_from_db()
        assert (deal.expected_on, deal.forecast_category) == (dt.date(2031, 5, 17), "commit")

    def test_what_cannot_be_is_said(self, manager):
        client, month = make.signed_in(manager), first_of(company_today(), 1)
        won = make.make_deal(closed=("Won", company_today()))
        answer = sent(client, won, month)
        assert (answer.status_code, answer.json()["sentence"]) == (
            422, "This deal is closed: it is expected on no day any more.",
        )  # fmt: skip
        young = make.make_deal(opened_on=company_today())
        typed = {"expected_on": "2020-01-01", "version": 1}
        page = client.post(reverse("pipeline:deal_expect", args=[young.pk]), typed)
        assert page.status_code == 422
        assert "cannot close before the day it was opened" in page.content.decode()

    def test_who_may_not_write_the_day_moves_nothing(self, manager):
        FieldRule.objects.create(role=Role.MANAGER, model="pipeline.deal", field="expected_on", right="read_only")
        deal, client = make.make_deal(expected_on=company_today()), make.signed_in(manager)
        answer = sent(client, deal, first_of(company_today(), 2))
        assert (answer.status_code, answer.json()["sentence"]) == (422, "You may not change when a deal is expected.")
        assert "draggable" not in client.get(reverse("pipeline:month_board")).content.decode()

    def test_a_rep_moves_the_own_deals_and_no_others(self, manager):
        rep, other = make.make_user(Role.REP), make.make_user(Role.REP)
        mine, theirs = (make.make_deal(owner=one, amount=Decimal(5)) for one in (rep, other))
        client, month = make.signed_in(rep), first_of(company_today(), 1)
        assert (sent(client, mine, month).status_code, sent(client, theirs, month).status_code) == (200, 404)
        assert sum(column.count for column in columns(client).values()) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_a_deal_at_once_one_wins_and_the_other_is_told():
    make.make_company()
    people = [make.make_user(Role.MANAGER, name=name) for name in ("Mia", "Otto")]
    deal = make.make_deal(expected_on=company_today())
    clients, before = [make.signed_in(person) for person in people], changes_of(deal).count()
    for number in range(1, ROUNDS + 1):
        deal.refresh_from_db()
        months = [first_of(company_today(), number % 2 + 1), first_of(company_today(), number % 2 + 3)]
        works = [lambda c=client, m=month: sent(c, deal, m) for client, month in zip(clients, months, strict=True)]
        answers = at_once(works)
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert any(person.name in refused.json()["sentence"] for person in people)
        assert changes_of(deal).count() == before + number
