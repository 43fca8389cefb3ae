# mypy: disable-error-code="operator,misc,return-value,call-arg,assignment"
"""Lifetime value where there is little or odd to learn from: a sentence each, and no nonsense."""

import datetime as dt
from decimal import Decimal

import pytest

from analytics.models import ClvScore, ModelRun
from analytics.steps import AnalysisError, clv
from orders.models import Order
from tests.analytics.bases import Sale, make_base
from tests.analytics.clv_bases import DAY, drawn_sales, forecast, regular_sales, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]


def said(run: ModelRun) -> str:
    return " ".join(run.metrics["sentences"]).replace("\N{NO-BREAK SPACE}", " ")


def test_without_orders_there_is_a_sentence_and_no_row():
    run = forecast()
    assert "No customer has a purchase" in said(run)
    assert (run.row_count, run.metrics["customers"], run.metrics["total_clv"]) == (0, 0, None)
    assert run.parameters["r"] is None


def test_one_customer_is_not_forecast():
    make_base(regular_sales(1, 5))
    run = forecast()
    assert "Only one customer has a purchase" in said(run)
    row = stored()["C0"]
    assert (row.x, row.days_quiet, row.historic_profit) == (4, 0, Decimal("50.00"))
    assert (row.p_alive, row.clv, row.next_purchase_on) == (None, None, None)


def test_customers_who_bought_once_are_not_forecast():
    make_base([Sale(one, DAY - dt.timedelta(days=one), Decimal(10)) for one in range(100)])
    run = forecast()
    assert "Nobody has bought on more than one day; a forecast needs at least 20 customers" in said(run)
    assert ClvScore.objects.filter(clv__isnull=True).count() == 100


def test_few_who_came_back_are_counted_and_not_forecast():
    once = [Sale(one, DAY - dt.timedelta(days=one), Decimal(10)) for one in range(88)]
    bought = ((40, 5), (10, 20))
    twice = [
        Sale(100 + one, DAY - dt.timedelta(days=back), Decimal(amount)) for one in range(12) for back, amount in bought
    ]
    make_base(once + twice)
    run = forecast()
    assert "Seen so far: 12 of 100 customers came back (12 %; for customers like these 7 % to 20 %)" in said(run)
    assert "on average 30 days after the purchase before, and brought € 20 on such a day." in said(run)
    assert run.metrics["seen"] == {
        "share": 0.12, "low": pytest.approx(0.0700, abs=5e-4), "high": pytest.approx(0.1981, abs=5e-4),
        "days_between": 30.0, "repeat_value": 20.0,
    }  # fmt: skip
    rows = stored().values()
    assert all((row.p_alive, row.expected_purchases, row.clv, row.next_purchase_on) == (None,) * 4 for row in rows)
    assert all(row.historic_profit in (10, 25) for row in rows)


def test_customers_who_are_all_alike_get_the_same_forecast():
    make_base(regular_sales(60, 6))
    run = forecast()
    assert "All customers have the same history" in said(run)
    rows = stored().values()
    assert len({(row.p_alive, row.expected_purchases, row.clv, row.clv_low, row.clv_high) for row in rows}) == 1
    one = next(iter(rows))
    assert 10 < one.expected_purchases < 22
    assert float(one.expected_value) == pytest.approx(10, rel=0.05)


def test_returns_alone_are_no_purchase():
    make_base([Sale(one, DAY - dt.timedelta(days=one % 9), Decimal(-5), is_purchase=False) for one in range(40)])
    run = forecast()
    assert "No customer has a purchase" in said(run)
    assert run.row_count == 0


def test_negative_totals_leave_no_money_but_purchases():
    make_base([Sale(sale.customer, sale.day, Decimal("-3.00")) for sale in drawn_sales(200, 60)])
    run = forecast()
    assert "purchases are forecast but no money" in said(run)
    rows = stored().values()
    assert all(row.clv is None and row.expected_purchases is not None and row.historic_profit < 0 for row in rows)


def test_customer_without_positive_repeats_gets_the_value_of_the_population():
    base = drawn_sales(400, 60)
    odd = [Sale(9_001, DAY - dt.timedelta(days=20 * back), Decimal(0)) for back in range(3)]
    make_base(base + odd)
    run = forecast()
    row = stored()["C9001"]
    assert row.x == 2
    assert float(row.expected_value) == pytest.approx(run.metrics["population_value"], abs=0.01)


def test_one_customer_with_half_of_all_orders_is_named():
    base = drawn_sales(200, 60)
    many = [Sale(9_001, DAY - dt.timedelta(days=back), Decimal(90)) for back in range(400)]
    make_base(base + many)
    run = forecast()
    assert "One customer makes" in said(run)
    assert "of all purchases" in said(run)
    assert all(row.clv is not None and row.clv >= 0 for row in stored().values())


def test_currency_without_a_rate_counts_as_purchase_and_not_as_money():
    base = drawn_sales(300, 60)
    blind = [Sale(9_001, DAY - dt.timedelta(days=10 * back), None) for back in range(4)]
    make_base(base + blind)
    run = forecast()
    assert "4 orders are in a currency without an exchange rate" in said(run)
    row = stored()["C9001"]
    assert (row.x, row.historic_profit) == (3, None)
    assert float(row.expected_value) == pytest.approx(run.metrics["population_value"], abs=0.01)


def test_values_that_rise_with_frequency_are_warned_of():
    base = drawn_sales(500, 100)
    often = {one: sum(sale.customer == one for sale in base) for one in range(500)}
    make_base([Sale(sale.customer, sale.day, Decimal(5 * often[sale.customer])) for sale in base])
    assert "Customers who buy more often spend more each time" in said(forecast())


def test_own_costs_become_the_margin():
    make_base(drawn_sales(300, 60))
    Order.objects.update(cost=0)
    for order in Order.objects.all():
        Order.objects.filter(pk=order.pk).update(cost=order.amount * Decimal("0.75"))
    run = forecast()
    assert run.parameters["margin"] == pytest.approx(0.25, abs=1e-6)
    assert run.metrics["has_costs"]
    row = max(stored().values(), key=lambda one: one.clv)
    spent = sum(order.amount for order in Order.objects.filter(contact_id=row.pk))
    assert float(row.historic_profit) == pytest.approx(float(spent) / 4, abs=0.01)
    assert run.metrics["own_margins"] is None  # all are alike


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"discount_rate": "much"}, "clv.discount_rate must be a number from 0 to 5"),
        ({"margin": "-1"}, "clv.margin must be a number from 0 to 1"),
        ({"months": "0"}, "clv.months must be a whole number from 1 to 60"),
        ({"discount_rate": "nan"}, "clv.discount_rate must be a number"),
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_a_sentence(given, sentence):
    with pytest.raises(AnalysisError, match=sentence):
        clv.read_parameters(given)
