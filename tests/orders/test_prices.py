"""Price realised against list: equal to an exact sum of fractions over random orders, in several currencies."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest

from crm.choices import Role
from crm.models import ExchangeRate
from orders.models import LineOption, OrderLine
from orders.prices.queries import realised
from tests import factories as make

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)


def test_figures_equal_an_independent_sum():
    make.make_company()
    ExchangeRate.objects.create(currency="USD", valid_from=dt.date(2026, 1, 1), rate=Decimal("0.9"))
    ExchangeRate.objects.create(currency="USD", valid_from=dt.date(2026, 3, 15), rate=Decimal("0.8"))
    rates = {"EUR": lambda day: Fraction(1), "USD": lambda day: Fraction(9 if day < dt.date(2026, 3, 15) else 8, 10)}
    dice = random.Random(7)
    products = [
        make.make_product(unit_price=price, currency=currency, family=family)
        for price, currency, family in ((10, "EUR", "A"), (7, "USD", "A"), ("12.3456", "EUR", "B"), (None, "EUR", "B"))
    ]
    expected: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0), Fraction(0)])
    untold = 0
    for _ in range(60):
        day = dt.date(2026, 2, 25) + dt.timedelta(days=dice.randrange(40))
        currency, product = dice.choice(("EUR", "USD", "CHF")), dice.choice(products)
        moment = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
        quantity = Decimal(dice.choice((1, 2, 5, -1)))
        amount = quantity * Decimal(dice.randrange(200, 1500)) / 100
        kept = Decimal(dice.randrange(100, 2000)) / 100 if dice.random() < 0.4 else None
        order = make.make_order(make.make_contact(), currency=currency, ordered_at=moment, ordered_on=day)
        order.lines.all().delete()
        line = OrderLine.objects.create(
            order=order, position=1, product=product, quantity=quantity, amount=amount, list_price=kept
        )
        surcharge = Decimal(dice.randrange(0, 300)) / 100
        LineOption.objects.create(order=order, line=line, name="Colour", value="Oak", surcharge=surcharge)
        if not FIRST <= day <= LAST:
            continue
        if currency == "CHF" or (kept is None and product.unit_price is None):
            untold += 1
            continue
        rate = rates[currency](day)
        price = (
            Fraction(kept) * rate if kept is not None else Fraction(product.unit_price) * rates[product.currency](day)
        )
        for key in ("", product.name, product.family):
            sums = expected[key]
            sums[0] += Fraction(quantity)
            sums[1] += Fraction(quantity) * (price + Fraction(surcharge) * rate)
            sums[2] += Fraction(amount) * rate
    for by in ("product", "family", "customer"):
        total, rows = realised(None, by=by, first=FIRST, last=LAST)
        assert [Fraction(one) for one in (total.quantity, total.list, total.realised)] == expected[""]
        assert total.untold == untold
        if by != "customer":
            found = {row.label: [Fraction(one) for one in (row.quantity, row.list, row.realised)] for row in rows}
            told = {key: sums for key, sums in expected.items() if key in found}
            assert {key: found[key] for key in told} == told
            assert len(told) == (4 if by == "product" else 2)


def test_a_rep_gets_the_figures_of_own_customers_alone():
    make.make_company()
    rep, product = make.make_user(Role.REP, team=make.make_team()), make.make_product(unit_price=10)
    for owner, amount in ((rep, 8), (make.make_user(Role.REP, team=make.make_team()), 3)):
        contact = make.make_contact(owner=owner, team=owner.team)
        make.make_order(contact, lines=({"product": product, "quantity": 1, "amount": amount},))
    total, rows = realised(rep, by="product", first=FIRST, last=LAST)
    assert (total.realised, total.list, len(rows)) == (Decimal(8), Decimal(10), 1)
    page = make.signed_in(rep).get("/products/prices/?first=2026-03-01&last=2026-03-31").content.decode()
    assert "80.0" in page
    assert make.signed_in(rep).get("/products/prices/?first=2026-03-31&last=2026-03-01").status_code == 400
