"""As of one day, every step gives the same figures today and when more is known."""

import datetime as dt
import random
from decimal import Decimal

import pytest

from analytics.models import ModelRun
from analytics.runs import as_json, run_steps
from contacts.models import Contact
from orders.models import Order
from tests.analytics.bases import Sale, make_base

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
DAY = dt.date(2026, 3, 31)
CUSTOMERS = 400


def first_data() -> None:
    """Two years of customers who come at their own pace and may stop."""
    chance = random.Random(11)
    sales = []
    for number in range(CUSTOMERS):
        day = DAY - dt.timedelta(days=chance.randint(60, 700))
        pace, value = chance.choice((15, 40, 90)), chance.randint(10, 200)
        while day <= DAY:
            sales.append(Sale(number, day, Decimal(value + chance.randint(-9, 9))))
            if chance.random() < 0.12:
                break
            day += dt.timedelta(days=1 + int(chance.expovariate(1 / pace)))
    make_base(sales)


def later_data() -> None:
    """What comes in after the day: orders and returns of known customers, and new ones."""
    contacts = list(Contact.objects.order_by("pk"))
    Order.objects.bulk_create(
        Order(
            contact=contact,
            ordered_at=dt.datetime.combine(DAY + dt.timedelta(days=1 + place % 40), dt.time(9), tzinfo=dt.UTC),
            ordered_on=DAY + dt.timedelta(days=1 + place % 40),
            currency="EUR",
            amount=amount,
            base_amount=amount,
            is_purchase=amount > 0,
        )
        for place, contact in enumerate(contacts)
        for amount in (Decimal(500), Decimal(-120))
    )


def figures() -> dict:
    """All figures of a whole run, without the time that they took."""
    found = as_json(run_steps(actor=None, as_of=DAY))
    # what was written down once is not written again: the scores of a day, the alerts that wait
    return {step: {**said, "seconds": 0} for step, said in found.items() if step not in ("history", "alerts")}


def test_later_data_changes_no_figure_of_any_step():
    first_data()
    before = figures()
    assert set(before) >= {"rfm", "clv", "churn", "retention", "cohorts"}
    assert before["clv"]["rows"] == before["rfm"]["rows"] == CUSTOMERS
    assert before["churn"]["metrics"]["auc"] is not None
    later_data()
    after = figures()
    for step, said in before.items():
        assert after[step] == said, step
    assert not ModelRun.objects.exclude(error="").exists()
