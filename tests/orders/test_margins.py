"""Margin and returns by product: equal to an exact sum over random lines; whose lines; where the figures lead."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest

from crm.choices import FieldRight, Role
from crm.models import ExchangeRate, FieldRule
from orders.lines.margins import margins, total_of
from tests import factories as make

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)


def test_figures_equal_an_independent_sum():
    make.make_company()
    ExchangeRate.objects.create(currency="USD", valid_from=dt.date(2026, 1, 1), rate=Decimal("0.9"))
    ExchangeRate.objects.create(currency="USD", valid_from=dt.date(2026, 3, 15), rate=Decimal("0.8"))
    dice = random.Random(11)
    products = [make.make_product(family=family) for family in ("A", "A", "B", "")]
    expected: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for _ in range(80):
        day = dt.date(2026, 2, 20) + dt.timedelta(days=dice.randrange(50))
        currency, product = dice.choice(("EUR", "USD", "CHF")), dice.choice(products)
        quantity = dice.choice((1, 2, 5, -1, -2, None))
        amount = Decimal(dice.randrange(100, 1500)) / 100 * (-1 if quantity and quantity < 0 else 1)
        cost = Decimal(dice.randrange(10, 300)) / 100 if dice.random() < 0.7 else None
        moment = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
        line = {"product": product, "quantity": quantity, "amount": amount, "unit_cost": cost}
        make.make_order(make.make_contact(), currency=currency, ordered_at=moment, ordered_on=day, lines=(line,))
        if not FIRST <= day <= LAST:
            continue
        rate = {"EUR": Fraction(1), "USD": Fraction(9 if day < dt.date(2026, 3, 15) else 8, 10), "CHF": None}[currency]
        for name in (product.name, product.family or "no family", "all"):
            sums, pieces = expected[name], Fraction(1 if quantity is None else quantity)
            sums["pieces" if pieces > 0 else "returned_pieces"] += abs(pieces)
            sums["lines"] += 1
            sums["uncosted"] += cost is None
            sums["unrated"] += rate is None
            if rate is None:
                continue
            ours = Fraction(amount) * rate
            sums["sold" if pieces > 0 else "returned"] += abs(ours)
            sums["revenue"] += ours
            if cost is not None:
                sums["margin"] += ours - Fraction(cost) * pieces * rate
                sums["costed_revenue"] += ours
    for by in ("product", "family"):
        rows = margins(None, by=by, first=FIRST, last=LAST)
        told = [*((row.label, row) for row in rows), ("all", total_of(rows))]
        assert len(rows) == {"product": 4, "family": 3}[by]
        for label, row in told:
            assert {name: Fraction(getattr(row, name)) for name in expected[label]} == dict(expected[label]), label
    shares = [
        row.returned_share or 0 for row in margins(None, by="product", first=FIRST, last=LAST, sort="returned_share")
    ]
    assert shares == sorted(shares, reverse=True)


@pytest.fixture
def sale():
    make.make_company()
    rep = make.make_user(Role.REP, team=make.make_team())
    frame = make.make_product(name="Frame", family="Wood")
    for owner, amount in ((rep, 30), (None, 50)):
        make.make_order(make.make_contact(owner=owner), lines=(
            {"product": frame, "quantity": 3, "amount": amount, "unit_cost": 4},
            {"product": frame, "quantity": -1, "amount": -amount / 10, "unit_cost": 4},
        ))  # fmt: skip
    return rep, frame


def test_a_rep_gets_the_figures_of_own_customers_and_they_lead_to_their_lines(sale):
    rep, _ = sale
    client = make.signed_in(rep)
    page = client.get("/products/margins/?first=2026-03-01&last=2026-03-31")
    ((row, lines, returns),) = page.context["rows"]
    assert (row.revenue, row.margin, row.returned) == (Decimal(27), Decimal(19), Decimal(3))
    assert str(row.margin_share)[:6] == "0.7037"
    for url, count in ((lines, 2), (returns, 1)):
        assert len(client.get(url).context["table"].rows) == count, url
    family = client.get("/products/margins/?by=family&first=2026-03-01&last=2026-03-31").context["rows"]
    assert [(one.label, len(client.get(url).context["table"].rows)) for one, url, _ in family] == [("Wood", 2)]


def test_days_that_make_no_sense_are_said_and_a_hidden_cost_closes_the_page(sale):
    rep, _ = sale
    client = make.signed_in(rep)
    assert client.get("/products/margins/?first=2026-05-01&last=2026-03-31").status_code == 400
    assert "Nothing sold" in client.get("/products/margins/?first=2020-05-01&last=2020-05-02").content.decode()
    FieldRule.objects.create(role=Role.REP, model="orders.order", field="cost", right=FieldRight.HIDDEN)
    assert make.signed_in(rep).get("/products/margins/").status_code == 403
