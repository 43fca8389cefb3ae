"""Direct sales beside channel partners: every figure equals plain counting; for whom, and where it leads."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest

from analytics.partners.queries import ways
from crm.choices import FieldRight, Role
from crm.models import FieldRule, LogEntry
from feedback.models import Response, Survey
from orders.models import Order, OrderLine
from tests import factories as make

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 6, 30)
BEFORE = FIRST - (LAST - FIRST + dt.timedelta(days=1))


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


@pytest.fixture
def trade():
    make.make_company()
    manager, dice = make.make_user(Role.MANAGER), random.Random(3)
    partners = [make.make_contact(name=f"Partner {name}") for name in "AB"]
    people = [make.make_contact() for _ in range(12)]
    survey = Survey.objects.create(name="How was it")
    for _ in range(90):
        day = dt.date(2025, 5, 1) + dt.timedelta(days=dice.randrange(480))
        quantity = dice.choice((1, 2, 3, -1))
        amount = Decimal(dice.randrange(100, 900)) / 100 * (1 if quantity > 0 else -1)
        make.make_order(
            dice.choice([*people, None]), partner=dice.choice([None, None, *partners]), ordered_at=noon(day),
            ordered_on=day, lines=(
                {"quantity": quantity, "amount": amount, "unit_cost": dice.choice((None, Decimal("0.5")))},
            ),
        )  # fmt: skip
    for _ in range(30):
        at = noon(dt.date(2025, 11, 1) + dt.timedelta(days=dice.randrange(300)))
        Response.objects.create(survey=survey, contact=dice.choice(people), nps=dice.randrange(11), answered_at=at)
    return manager, partners


def worked_out() -> dict[str, tuple]:
    """By way: revenue, margin, customers, customers before, of these who came back, promoters, answers."""
    orders = list(Order.objects.select_related("partner"))
    now = [one for one in orders if FIRST <= one.ordered_on <= LAST]
    before = [one for one in orders if BEFORE <= one.ordered_on < FIRST]
    back = {one.contact_id for one in now if one.is_purchase}
    fits = {
        "Direct": lambda one: one.partner is None,
        "All partners": lambda one: one.partner is not None,
        "All": lambda one: True,
        "Partner A": lambda one: one.partner is not None and one.partner.name == "Partner A",
        "Partner B": lambda one: one.partner is not None and one.partner.name == "Partner B",
    }
    found = {}
    for label, is_so in fits.items():
        lines = OrderLine.objects.filter(order__in=[one.pk for one in now if is_so(one)])
        people = {one.contact_id for one in now if is_so(one) and one.is_purchase} - {None}
        were = {one.contact_id for one in before if is_so(one) and one.is_purchase} - {None}
        answers = [
            one.nps or 0
            for one in Response.objects.all()
            if FIRST <= one.told_at.date() <= LAST and one.contact_id in people
        ]
        found[label] = (
            sum(line.amount for line in lines),
            sum(one.amount - one.unit_cost * (one.quantity or 0) for one in lines if one.unit_cost is not None),
            len(people), len(were), len(were & back), sum(nps >= 9 for nps in answers), len(answers),
        )  # fmt: skip
    return found


def test_every_figure_equals_plain_counting(trade):
    manager, _ = trade
    found = ways(manager, FIRST, LAST)
    assert [way.label for way in found[:3]] == ["Direct", "All partners", "All"]
    told = {
        way.label: (
            way.money.revenue, way.money.margin, way.customers, way.before, way.kept, way.nps.promoters, way.nps.n
        )
        for way in found
    }  # fmt: skip
    assert told == worked_out()
    revenue = {label: figures[0] for label, figures in told.items()}
    assert found[0].share == revenue["Direct"] / revenue["All"]
    assert [way.money.revenue for way in found[3:]] == sorted((way.money.revenue for way in found[3:]), reverse=True)


def test_each_row_leads_to_its_lines_and_the_file_says_the_same(trade):
    manager, _ = trade
    client = make.signed_in(manager)
    days = f"first={FIRST}&last={LAST}"
    page = client.get(f"/analytics/partners/?{days}")
    for way, url in page.context["rows"]:
        assert client.get(url).context["listing"].count.value == way.money.lines, way.label
    sent = client.get(f"/analytics/partners/?{days}&format=csv")
    lines = b"".join(sent.streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [way.label for way, _ in page.context["rows"]]
    assert LogEntry.objects.filter(summary="Exported direct sales beside partners").exists()


def test_it_is_for_who_may_see_every_customer_and_no_figure_is_hidden_from(trade):
    assert make.signed_in(make.make_user(Role.REP)).get("/analytics/partners/").status_code == 403
    agent = make.signed_in(make.make_user(Role.AGENT))
    assert agent.get("/analytics/partners/?first=2026-01-01&last=2026-06-30").context["file_url"] == ""
    assert agent.get("/analytics/partners/?format=csv").status_code == 403
    FieldRule.objects.create(role=Role.AGENT, model="orders.order", field="cost", right=FieldRight.HIDDEN)
    assert make.signed_in(make.make_user(Role.AGENT)).get("/analytics/partners/").status_code == 403
