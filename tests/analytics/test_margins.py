# mypy: disable-error-code="operator,misc,arg-type"
"""Own margins of customers: the formula by plain loops, true margins found again, and what CLV makes of them."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest

from analytics.mathematics.credibility import drawn_to, half_weight
from analytics.models import ClvScore
from analytics.steps.margins import read_margins
from orders.models import Order
from tests.analytics.bases import Sale, make_base
from tests.analytics.clv_bases import DAY, drawn_sales, forecast


def plain(orders: dict[int, list[tuple[float, float]]], company: float) -> dict[int, float]:
    """Bühlmann and Straub, one customer and order at a time; orders as (revenue, contribution)."""
    weights = {one: sum(revenue for revenue, _ in own) for one, own in orders.items()}
    means = {one: sum(left for _, left in own) / weights[one] for one, own in orders.items()}
    total = sum(weights.values())
    mean = sum(weights[one] * means[one] for one in orders) / total
    within = sum(r * (c / r - means[one]) ** 2 for one, own in orders.items() for r, c in own)
    within /= sum(len(own) - 1 for own in orders.values())
    between = sum(weights[one] * (means[one] - mean) ** 2 for one in orders) - (len(orders) - 1) * within
    between /= total - sum(weight**2 for weight in weights.values()) / total
    k = within / between
    return {one: (weights[one] * means[one] + k * company) / (weights[one] + k) for one in orders}


def drawn_orders(customers: int, seed: int = 3) -> tuple[dict[int, list[tuple[float, float]]], dict[int, float]]:
    rng = np.random.default_rng(seed)
    true = {one: rng.normal(0.3, 0.08) for one in range(customers)}
    orders = {}
    for one, margin in true.items():
        revenue = np.round(rng.uniform(10, 90, rng.integers(1, 9)), 2)
        noise = rng.normal(0, 1, len(revenue)) / np.sqrt(revenue)
        orders[one] = [(float(r), round(float(r * (margin + 0.4 * e)), 2)) for r, e in zip(revenue, noise, strict=True)]
    return orders, true


def arrays(orders):
    sums = [
        (len(own), sum(r for r, _ in own), sum(c for _, c in own), sum(c * c / r for r, c in own))
        for own in orders.values()
    ]
    return [np.array(column, float) for column in zip(*sums, strict=True)]


def test_margins_are_those_of_plain_loops_and_nearer_to_the_truth_than_either_end():
    orders, true = drawn_orders(400)
    counts, revenue, left, squares = arrays(orders)
    company = float(left.sum() / revenue.sum())
    found = drawn_to(company, revenue, left, half_weight(counts, revenue, left, squares))
    assert found == pytest.approx(list(plain(orders, company).values()), rel=1e-9)
    truth = np.array(list(true.values()))
    off = [float(((guess - truth) ** 2).mean()) for guess in (found, left / revenue, np.full(len(truth), company))]
    assert off[0] < min(off[1:])


def test_customers_who_are_alike_or_alone_get_the_margin_of_all():
    counts, revenue = np.array([3.0, 2.0]), np.array([30.0, 20.0])
    left = revenue * 0.25
    assert half_weight(counts, revenue, left, left * 0.25) == np.inf
    assert half_weight(counts[:1], revenue[:1], left[:1], left[:1]) == np.inf
    assert drawn_to(0.25, revenue, left, np.inf).tolist() == [0.25, 0.25]


@pytest.mark.django_db
def test_margins_are_read_from_orders_with_a_known_cost_up_to_the_day():
    orders, _ = drawn_orders(30)
    base = [(one, revenue, left) for one, own in orders.items() for revenue, left in own]
    contacts = make_base([Sale(one, DAY, Decimal(str(revenue))) for one, revenue, _ in base])
    rows = list(Order.objects.order_by("pk"))
    for order, (_, revenue, left) in zip(rows, base, strict=True):
        order.cost = Decimal(str(revenue)) - Decimal(str(left))
    Order.objects.bulk_update(rows, ["cost"])
    extra = {"ordered_at": dt.datetime.combine(DAY, dt.time(9), tzinfo=dt.UTC), "currency": "EUR", "is_purchase": True}
    money = {"amount": 50, "base_amount": 50}
    Order.objects.create(contact=contacts[0], ordered_on=DAY + dt.timedelta(days=1), cost=1, **extra, **money)
    Order.objects.create(contact=contacts[0], ordered_on=DAY, cost=None, **extra, **money)
    margins = read_margins(DAY, 0.3)
    wanted = plain(orders, 0.3)
    found = margins.of(np.array([contacts[one].pk for one in orders] + [10**9]))
    assert found.tolist() == pytest.approx([*wanted.values(), 0.3], rel=1e-9)


@pytest.mark.django_db
@pytest.mark.usefixtures("segments")
def test_worth_is_at_the_own_margin_and_profit_too_where_a_cost_is_unknown():
    make_base(drawn_sales(300, 60))
    for order in Order.objects.all():
        share = Decimal("0.6") if order.contact_id % 2 else Decimal("0.9")
        order.cost = None if order.pk % 5 == 0 else order.amount * share * (1 + Decimal(order.pk % 3 - 1) / 20)
        order.save(update_fields=["cost"])
    run = forecast()
    own, company = run.metrics["own_margins"], run.parameters["margin"]
    assert own["low"] < company < own["high"]
    margins = read_margins(DAY, company)
    as_revenue = {row.pk: row for row in ClvScore.objects.all()}
    forecast(margin=1)
    for row in ClvScore.objects.all():
        margin = float(margins.of(np.array([row.pk]))[0])
        assert float(as_revenue[row.pk].clv) == pytest.approx(margin * float(row.clv), abs=0.02)
        known = Order.objects.filter(contact_id=row.pk)
        profit = sum(float(o.amount - o.cost) if o.cost is not None else margin * float(o.amount) for o in known)
        assert float(as_revenue[row.pk].historic_profit) == pytest.approx(profit, abs=0.02)
