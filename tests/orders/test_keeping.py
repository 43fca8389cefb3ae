"""What an order says of its lines: amount, cost, day, money in the company's currency, whether it is a purchase."""

import datetime as dt
from decimal import Decimal

import pytest

from crm.models import ExchangeRate
from orders.keeping import EVERY_ORDER, refresh_totals_of
from orders.models import Order
from tests import factories as make


def line(quantity=None, amount=0, unit_cost=None) -> dict:
    return {"quantity": quantity, "amount": Decimal(amount), "unit_cost": unit_cost}


@pytest.mark.parametrize(
    ("lines", "amount", "cost", "is_purchase"),
    [
        ((line(2, 10, 3),), 10, 6, True),
        ((line(2, 10, 3), line(1, 5, None)), 15, None, True),
        ((line(-1, -10, 3),), -10, -3, False),
        ((line(-1, -10), line(1, 4)), -6, None, True),
        ((line(1, 0),), 0, None, True),
        ((line(0, 0),), 0, None, False),
        ((line(None, 7),), 7, None, True),
        ((line(None, 0),), 0, None, True),
        ((line(None, -7, 2),), -7, -2, False),
        ((line(None, -7), line(None, 9)), 2, None, True),
        ((line(-1, -7), line(None, 9)), 2, None, False),
    ],
)
def test_totals_follow_the_glossary(house, lines, amount, cost, is_purchase):
    order = make.make_order(lines=lines)
    assert (order.amount, order.cost, order.is_purchase) == (amount, cost, is_purchase)


def test_an_order_without_lines_is_no_purchase(house):
    order = Order.objects.create(ordered_at=make.NOON, ordered_on=make.NOON.date(), currency="EUR", is_purchase=True)
    refresh_totals_of(EVERY_ORDER)
    order.refresh_from_db()
    assert (order.amount, order.cost, order.is_purchase) == (0, None, False)


def test_the_day_is_the_company_s(db):
    make.make_company(time_zone="Asia/Tokyo")
    order = make.make_order(ordered_at=dt.datetime(2026, 3, 2, 18, tzinfo=dt.UTC))
    assert order.ordered_on == dt.date(2026, 3, 3)


def test_foreign_money_takes_the_rate_of_its_day(house):
    for day, rate in ((dt.date(2026, 1, 1), "0.9"), (dt.date(2026, 3, 2), "0.8"), (dt.date(2026, 3, 3), "0.5")):
        ExchangeRate.objects.create(currency="USD", valid_from=day, rate=Decimal(rate))
    on_the_day, earlier = make.make_order(currency="USD"), dt.datetime(2025, 12, 31, tzinfo=dt.UTC)
    before_all_rates = make.make_order(currency="USD", ordered_at=earlier)
    own = make.make_order(currency="EUR")
    amounts = [order.base_amount for order in (on_the_day, before_all_rates, own)]
    assert amounts == [Decimal(8), None, Decimal(10)]
