"""Sales performance beyond the real file: several currencies, and touches by the days they happened."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from crm.choices import Role
from crm.models import ExchangeRate
from pipeline.performance import by_stage, figures_by
from tests import factories as make

DAY = dt.date(2026, 3, 2)


@pytest.fixture
def house(db):
    make.make_company()
    ExchangeRate.objects.create(currency="USD", valid_from="2020-01-01", rate="0.5")


def test_stages_add_up_money_of_one_currency(house):
    dollars = make.make_product(unit_price=Decimal(30), currency="USD")
    first = make.make_deal(amount=Decimal(60), currency="USD", product=dollars)
    make.make_deal(amount=Decimal(100), currency="EUR", stage=first.stage)
    make.make_deal(amount=Decimal(7), currency="CHF", stage=first.stage)  # no rate is known
    make.make_deal(stage=first.stage, product=dollars, amount=None)  # worth its list price, and has no amount
    row = next(row for row in by_stage(None) if row["stage__name"] == first.stage.name)
    assert (row["deals"], row["amount"], row["listed"]) == (4, Decimal(130), Decimal(30))


def test_touches_count_on_the_days_they_happened(house):
    rep = make.make_user(Role.REP)
    make.make_deal(owner=rep, opened_on=DAY)
    contact = make.make_contact(owner=rep)
    for hours in (-1, 0, 23, 24):
        moment = dt.datetime.combine(DAY, dt.time.min, dt.UTC) + dt.timedelta(hours=hours)
        make.make_interaction(contact, user=rep, occurred_at=moment)

    def touches(since=None, until=None):
        return {row.key: row.activities for row in figures_by(None, "rep", since, until)}.get(rep.pk)

    assert (touches(), touches(DAY, DAY), touches(DAY), touches(None, dt.date.max)) == (4, 2, 3, 4)
