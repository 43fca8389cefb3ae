"""The one rule of adding up: figures worked out by hand, and by fractions that never round on the way."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipeline.quotes.totals import amounts_after, both_discounts, discount_given, line_amount, totals_of


@dataclass(frozen=True)
class Line:
    amount: Decimal
    tax_rate: Decimal


def amount(quantity: str, price: str, discount: str = "0", surcharge: str = "0", currency: str = "EUR") -> Decimal:
    return line_amount(
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        surcharge=Decimal(surcharge),
        discount=Decimal(discount),
        currency=currency,
    )


def test_a_line_is_rounded_once_half_up():
    assert amount("3", "0.335") == Decimal("1.01")  # 1.005
    assert amount("3", "49.90", "7.5", "4.50") == Decimal("150.96")  # 163.20 x 0.925
    assert amount("2.5", "0.01") == Decimal("0.03")  # 0.025
    assert amount("3", "33.5", currency="JPY") == Decimal(101)  # 100.5: a yen has no smaller coin


def test_a_text_costs_nothing():
    nothing = {"surcharge": Decimal(0), "discount": Decimal(0), "currency": "EUR"}
    assert line_amount(quantity=None, unit_price=None, **nothing) == 0


def test_tax_is_rounded_once_for_each_rate():
    """Three lines of 0.10 at 7 %: 0.021 together, where line by line 0.01 three times would be 0.03."""
    lines = [Line(Decimal("0.10"), Decimal(7))] * 3 + [Line(Decimal("10.00"), Decimal(19))]
    totals = totals_of(lines, "EUR")
    assert [(one.rate, one.net, one.tax) for one in totals.taxes] == [
        (Decimal(19), Decimal("10.00"), Decimal("1.90")),
        (Decimal(7), Decimal("0.30"), Decimal("0.02")),
    ]
    assert (totals.net, totals.tax, totals.total) == (Decimal("10.30"), Decimal("1.92"), Decimal("12.22"))


RATES = [Decimal(0), Decimal(7), Decimal("7.7"), Decimal(19), Decimal("25.5")]


def test_totals_equal_exact_sums():
    dice = random.Random(7)
    for _ in range(200):
        rows = [(Decimal(dice.randrange(10**7)).scaleb(-2), dice.choice(RATES)) for _ in range(dice.randrange(30))]
        totals = totals_of([Line(*row) for row in rows], "EUR")
        assert totals.net == sum((row[0] for row in rows), Decimal(0))
        for one in totals.taxes:
            net = sum((Fraction(net) for net, rate in rows if rate == one.rate), Fraction(0))
            exact = net * Fraction(one.rate)  # in hundredths, as the rate is in percent
            assert Fraction(one.tax) * 100 == int(exact + Fraction(1, 2))
        assert totals.total == totals.net + sum(one.tax for one in totals.taxes)


def test_a_discount_over_all_lines_is_taken_from_each_rate_before_its_tax():
    """By hand: 100.01 at 19 % and 50.00 at 7 %, less 2.5 %: 97.51 (97.50975) and 48.75; taxes 18.53 and 3.41."""
    lines = [Line(Decimal("60.01"), Decimal(19)), Line(Decimal("40.00"), Decimal(19)), Line(Decimal("50"), Decimal(7))]
    totals = totals_of(lines, "EUR", Decimal("2.5"))
    assert (totals.lines, totals.net, totals.discount) == (Decimal("150.01"), Decimal("146.26"), Decimal("3.75"))
    assert [one.tax for one in totals.taxes] == [Decimal("18.53"), Decimal("3.41")]
    assert totals.total == Decimal("168.20")
    assert both_discounts(Decimal(10), Decimal(10)) == Decimal(19)


def test_what_is_ordered_after_a_discount_over_all_adds_up_to_the_net_of_each_rate():
    dice = random.Random(11)
    for _ in range(200):
        lines = [
            Line(Decimal(dice.randrange(10**6)).scaleb(-2), dice.choice(RATES)) for _ in range(dice.randrange(1, 30))
        ]
        off = Decimal(dice.randrange(1, 9999)).scaleb(-2)
        amounts = amounts_after(lines, "EUR", off)
        for one in totals_of(lines, "EUR", off).taxes:
            mine = (amount for amount, line in zip(amounts, lines, strict=True) if line.tax_rate == one.rate)
            assert sum(mine, Decimal(0)) == one.net
        for after, line in zip(amounts, lines, strict=True):
            assert abs(after - line.amount * (100 - off) / 100) <= Decimal("0.02")


def test_a_price_below_the_list_is_a_discount():
    def given_off(price: str, discount: str, at_list: str | None, surcharge: str = "0") -> Decimal:
        return discount_given(
            unit_price=Decimal(price),
            surcharge=Decimal(surcharge),
            discount=Decimal(discount),
            list_price=Decimal(at_list) if at_list else None,
        )

    assert given_off("100", "10", "100") == Decimal("10.00")
    assert given_off("80", "0", "100") == Decimal("20.00")
    assert given_off("90", "10", "100") == Decimal("19.00")
    assert given_off("100", "0", "110", surcharge="10") == 0
    assert given_off("120", "5", "100") == Decimal("5.00"), "a dear price does not hide a discount"
    assert given_off("50", "5", None) == Decimal("5.00")
