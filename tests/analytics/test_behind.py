"""The customers behind a figure of retention, of a cohort or of a movement are as many as the figure says."""

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics import behind
from analytics.models import CohortCount, RetentionRate, SegmentMove
from analytics.periods import Period
from analytics.runs import run_steps
from contacts.models import Address, Contact
from crm.choices import Role
from orders.models import Order, OrderLine, Product
from tests.analytics.bases import Sale, make_base
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("segments")]
DAY = dt.date(2026, 3, 18)


@pytest.fixture
def base():
    """Forty customers over five months, in several channels, families, countries and markets; some returns."""
    chance = random.Random(4)
    sales = [
        Sale(chance.randint(1, 40), DAY - dt.timedelta(days=chance.randint(-3, 150)), Decimal(chance.randint(-9, 90)))
        for _ in range(220)
    ]
    sales = [Sale(one.customer, one.day, one.amount, is_purchase=(one.amount or 0) >= 0) for one in sales]
    contacts = make_base(sales)
    families = [Product.objects.create(name=name, family=name) for name in ("Lamps", "", "Rugs: wool")]
    for order in Order.objects.all():
        Order.objects.filter(pk=order.pk).update(channel=chance.choice(["web", "store", ""]))
        for position in range(chance.randint(0, 3)):
            product = chance.choice([*families, None])
            OrderLine.objects.create(order=order, position=position, amount=chance.randint(1, 3), product=product)
    for number, contact in contacts.items():
        Contact.objects.filter(pk=contact.pk).update(
            markets=chance.choice([[], ["consumer"], ["business", "international"]])
        )
        if number % 4:
            Address.objects.create(contact=contact, country=chance.choice(["DE", "FR", ""]), is_primary=True)
    return contacts


def behind_it(mark: str) -> int:
    return Contact.objects.filter(behind.condition(mark)).count()


def test_every_rate_has_as_many_customers_behind_it_as_it_counts(base):
    run_steps(actor=None, as_of=DAY)
    rates = RetentionRate.objects.filter(period__in=["month", "quarter"])
    assert {rate.dimension for rate in rates} == {"", *behind.DIMENSIONS}
    for rate in rates:
        period = Period(rate.start, rate.period)
        found = [
            behind_it(behind.retention_mark(who, period, rate.as_of, rate.dimension, rate.value))
            for who in (behind.ACTIVE, behind.KEPT, behind.LOST)
        ]
        assert found == [rate.active_at_start, rate.retained, rate.active_at_start - rate.retained], rate


def test_every_cell_of_the_triangle_has_its_customers_behind_it(base):
    run_steps(actor=None, as_of=DAY, only=["cohorts"])
    for cell in CohortCount.objects.filter(period__in=["month", "quarter", "year"]):
        mark = behind.cohort_mark(Period(cell.cohort, cell.period), cell.age, cell.as_of)
        assert behind_it(mark) == cell.customers, cell


def test_every_movement_has_its_customers_behind_it(base):
    run_steps(actor=None, as_of=DAY, only=["rfm", "history"])
    moves = SegmentMove.objects.all()
    assert len(moves) > 20
    for move in moves:
        mark = behind.moved_mark(move.month_end, move.before, move.after, is_new=move.is_new)
        assert behind_it(mark) == move.customers, move


def test_the_list_says_what_is_counted_and_shows_only_what_the_person_may_see(client, base):
    run_steps(actor=None, as_of=DAY, only=["retention"])
    mark = behind.retention_mark(behind.LOST, Period(dt.date(2026, 2, 1), "month"), DAY)
    client.force_login(make_user(role=Role.MANAGER))
    response = client.get(reverse("contacts:contact_list"), {"behind": mark, "state": "all"})
    rate = RetentionRate.objects.get(period="month", start=dt.date(2026, 2, 1), dimension="")
    assert response.context["count"] == str(rate.active_at_start - rate.retained)
    assert "bought in Jan\N{NO-BREAK SPACE}2026 and not in Feb\N{NO-BREAK SPACE}2026" in response.content.decode()
    client.force_login(make_user(role=Role.REP))
    assert client.get(reverse("contacts:contact_list"), {"behind": mark}).context["count"] == "0"


@pytest.mark.parametrize(
    "mark",
    [
        "x", "kept", "kept:month:2026-03-02:2026-03-18", "kept:decade:2026-03-01:2026-03-18", "lost:::::",
        "kept:month:0001-01-01:2026-03-18",
        "kept:month:2026-03-01:2026-03-18:colour:red", "cohort:month:2026-03-01:999999:2026-03-18", "moved:2026-03-31",
        "cohort:month:2026-03-01:x:2026-03-18",
    ],
)  # fmt: skip
def test_an_address_that_points_at_no_figure_is_refused_in_a_sentence(client, mark):
    client.force_login(make_user(role=Role.MANAGER))
    response = client.get(reverse("contacts:contact_list"), {"behind": mark})
    assert (response.status_code, response.context["problems"]) == (400, [f"Counted: {behind.NO_MARK}"])
