# mypy: disable-error-code="operator,misc,return-value,call-arg,assignment"
"""Bases for the tests of lifetime value: customers of the demo's process, and histories by plain counting."""

import datetime as dt
from decimal import Decimal

import numpy as np

from analytics.models import ClvScore, ModelRun
from analytics.runs import run_steps
from crm.demo.process import draw_customers, draw_purchases
from tests.analytics.bases import Sale

DAY = dt.date(2026, 3, 31)


def forecast(as_of: dt.date = DAY, **parameters: object) -> ModelRun:
    """Run the step, as the command does."""
    (run,) = run_steps(actor=None, as_of=as_of, only=["clv"], parameters={"clv": parameters})
    return run


def drawn_sales(customers: int, weeks: int, end: dt.date = DAY, seed: int = 1) -> list[Sale]:
    """What `customers` of the demo's process bought in the `weeks` up to and with `end`."""
    rng = np.random.default_rng(seed)
    bought = draw_purchases(rng, draw_customers(rng, customers, float(weeks)), float(weeks))
    start = end - dt.timedelta(days=7 * weeks - 1)
    rows = zip(bought.customer.tolist(), bought.week.tolist(), bought.cents.tolist(), strict=True)
    return [Sale(one, start + dt.timedelta(days=int(week * 7)), Decimal(cents) / 100) for one, week, cents in rows]


def regular_sales(customers: int, times: int, amount: str = "10.00", every: int = 20) -> list[Sale]:
    """Customers who are all alike: `times` purchases, one every so many days, the last one on the DAY."""
    amounts = Decimal(amount)
    return [
        Sale(one, DAY - dt.timedelta(days=every * back), amounts) for one in range(customers) for back in range(times)
    ]


def counted_histories(sales: list[Sale], as_of: dt.date) -> dict[str, tuple]:
    """By external id: x, days to the last purchase and to as-of, days with a value, their money, days quiet."""
    found = {}
    for number in {sale.customer for sale in sales}:
        own = [sale for sale in sales if sale.customer == number and sale.is_purchase and sale.day <= as_of]
        days = sorted({sale.day for sale in own})
        if not days:
            continue
        money = {day: [sale.amount for sale in own if sale.day == day] for day in days[1:]}
        known = [sum(amounts) for amounts in money.values() if None not in amounts]
        figures = (len(days) - 1, (days[-1] - days[0]).days, (as_of - days[0]).days, len(known), sum(known, Decimal(0)))
        found[f"C{number}"] = (*figures, (as_of - days[-1]).days)
    return found


def stored() -> dict[str, ClvScore]:
    """The forecasts by external id."""
    return {row.contact.external_id: row for row in ClvScore.objects.select_related("contact")}
