"""The board: counts and values are of all that matches; who sees what; the cost of a page."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.choices import Role
from crm.company import company_today
from crm.languages.styles import NO_BREAK
from crm.models import ExchangeRate
from pipeline.models import Deal, Stage
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    make.make_company()
    make.make_pipeline()
    return make.make_user(Role.MANAGER)


def columns(client, query: str = ""):
    return {column.stage.name: column for column in client.get(f"/pipeline/{query}").context["columns"]}


def many(count: int, **fields) -> None:
    stage = Stage.objects.get(name="First")
    Deal.objects.bulk_create(
        Deal(title=f"Deal {n}", pipeline=stage.pipeline, stage=stage, currency="EUR", base_amount=n, amount=n, **fields)
        for n in range(count)
    )


def test_count_and_value_are_of_all_and_not_of_the_cards(manager):
    many(50)
    column = columns(make.signed_in(manager))["First"]
    assert (column.count, column.worth, len(column.cards), column.more_count) == (50, sum(range(50)), 20, 30)


def test_money_of_several_currencies_is_converted(manager):
    ExchangeRate.objects.create(currency="USD", valid_from="2020-01-01", rate="0.5")
    make.make_deal(amount=Decimal(100))
    make.make_deal(amount=Decimal(60), currency="USD")
    column = columns(make.signed_in(manager))["First"]
    assert column.worth == Decimal(130)
    assert "60" in column.by_currency[0]


def test_the_next_cards_come_behind_the_last_ones(manager):
    many(45)
    client = make.signed_in(manager)
    seen, url = [], columns(client)["First"].more_url
    seen += [card.deal.pk for card in columns(client)["First"].cards]
    while url:
        column = client.get(url).context["column"]
        seen += [card.deal.pk for card in column.cards]
        url = column.more_url
    assert len(seen) == len(set(seen)) == 45


def test_the_filters_of_the_list_narrow_the_board(manager):
    make.make_deal(title="Museum glass", source="website")
    make.make_deal(title="Gallery", source="fair")
    client = make.signed_in(manager)
    assert columns(client, "?q=museum")["First"].count == 1
    assert columns(client, "?source=fair")["First"].count == 1
    wrong = client.get("/pipeline/?nonsense=1")
    assert wrong.status_code == 400
    assert client.get("/pipeline/?part=cards:0::9").status_code == 404


def test_won_lost_and_archived_deals_are_not_on_it(manager):
    make.make_deal(closed=("Won", dt.date(2026, 4, 1)))
    Deal.objects.filter(pk=make.make_deal().pk).update(archived_at=make.NOON)
    assert columns(make.signed_in(manager))["First"].count == 0


def test_a_rep_sees_the_deals_of_the_team(manager):
    team = make.make_team()
    rep = make.make_user(Role.REP, team=team)
    make.make_deal(title="Ours", owner=make.make_user(Role.REP, team=team))
    make.make_deal(title="Theirs", owner=make.make_user(Role.REP, team=make.make_team()))
    page = make.signed_in(rep).get("/pipeline/").content.decode()
    assert "Ours" in page
    assert "Theirs" not in page


def test_cards_say_how_long_and_what_has_slipped(manager):
    Stage.objects.filter(name="First").update(expected_days=10)
    today = company_today()
    make.make_deal(opened_on=today - dt.timedelta(days=30), expected_on=today - dt.timedelta(days=1))
    card = columns(make.signed_in(manager))["First"].cards[0]
    assert (card.tone, card.days) == ("bad", f"30{NO_BREAK}d in stage")
    assert card.note.endswith("slipped")
    column = columns(make.signed_in(manager))["First"]
    assert (column.count, column.rotting) == (1, 1)
    assert "1 longer here than expected" in make.signed_in(manager).get("/pipeline/").content.decode()
    client = make.signed_in(manager)
    assert "1" in client.get("/deals/?slipped=yes").context["count"]
    assert "1" in client.get("/deals/?rotting=yes").context["count"]


def test_a_house_without_a_pipeline_is_led_to_its_first():
    make.make_company()
    client = make.signed_in(make.make_user(Role.MANAGER))
    assert "Start with this" in client.get("/pipeline/").content.decode()
    answer = client.post("/pipeline/start/", {"key": "car"})
    assert answer.status_code == 302
    assert [stage.name for stage in Stage.objects.order_by("position")][1] == "Test drive"


def test_a_board_costs_the_same_for_few_and_for_many(manager):
    client = make.signed_in(manager)
    costs = []
    for count in (10, 40):
        many(count)
        client.get("/pipeline/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/pipeline/")
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 16
