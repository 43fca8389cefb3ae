"""The one rule by which a quote is added up; page, PDF, public page, API and order show what it says.

A line is quantity x (price + surcharges) x (1 - discount), rounded to the smallest coin of the currency, half up. Tax
is taken from the sum of the lines of each rate and rounded once for each rate (as EN 16931, BR-CO-17 has it). A
discount over all lines is taken from the sum of each rate before its tax (an allowance of the document, BG-20), rounded
once for each rate, too. The total is the sum of what is left and the taxes; nothing is rounded a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

HUNDRED = Decimal(100)
WITHOUT_CENTS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
"""Currencies of ISO 4217 that have no smaller coin; all others are rounded to hundredths, as pages show them."""
NOTHING = Decimal(0)


class Priced(Protocol):
    """A line with its total and its rate of tax in percent."""

    @property
    def amount(self) -> Decimal: ...

    @property
    def tax_rate(self) -> Decimal: ...


@dataclass(frozen=True)
class TaxSum:
    """The tax of one rate (percent) on the sum of its lines, less the discount over all."""

    rate: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """What a quote comes to: the sum of its `lines`, `net` of the discount over all of them."""

    lines: Decimal
    net: Decimal
    taxes: tuple[TaxSum, ...]

    @property
    def discount(self) -> Decimal:
        """What the discount over all lines takes off."""
        return self.lines - self.net

    @property
    def tax(self) -> Decimal:
        return sum((one.tax for one in self.taxes), NOTHING)

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the smallest coin, half away from zero."""
    return amount.quantize(Decimal(1) if currency in WITHOUT_CENTS else Decimal("0.01"), ROUND_HALF_UP)


def line_amount(
    *, quantity: Decimal | None, unit_price: Decimal | None, surcharge: Decimal, discount: Decimal, currency: str
) -> Decimal:
    """The total of a line before tax; nothing for a text without a quantity and a price."""
    if quantity is None or unit_price is None:
        return NOTHING
    return rounded(quantity * (unit_price + surcharge) * (HUNDRED - discount) / HUNDRED, currency)


def totals_of(lines: Iterable[Priced], currency: str, discount: Decimal = NOTHING) -> Totals:
    """Net of the discount over all lines (percent), the tax of each rate (highest first), and the total."""
    by_rate: dict[Decimal, Decimal] = {}
    for line in lines:
        by_rate[line.tax_rate] = by_rate.get(line.tax_rate, NOTHING) + line.amount
    nets = {rate: _less(amount, discount, currency) for rate, amount in by_rate.items()}
    taxes = tuple(
        TaxSum(rate, net, rounded(net * rate / HUNDRED, currency))
        for rate, net in sorted(nets.items(), reverse=True)
        if net or rate
    )
    return Totals(sum(by_rate.values(), NOTHING), sum(nets.values(), NOTHING), taxes)


def amounts_after(lines: Sequence[Priced], currency: str, discount: Decimal) -> list[Decimal]:
    """What each line comes to after the discount over all of them, so that the lines of each rate add up to its net."""
    before: dict[Decimal, Decimal] = {}
    found = []
    for line in lines:
        was = before.get(line.tax_rate, NOTHING)
        before[line.tax_rate] = was + line.amount
        found.append(_less(was + line.amount, discount, currency) - _less(was, discount, currency))
    return found


def both_discounts(discount: Decimal, over_all: Decimal) -> Decimal:
    """Percent off that a line's own discount and the one over all lines come to together."""
    both = HUNDRED - (HUNDRED - discount) * (HUNDRED - over_all) / HUNDRED
    return both.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _less(amount: Decimal, discount: Decimal, currency: str) -> Decimal:
    return rounded(amount * (HUNDRED - discount) / HUNDRED, currency) if discount else amount


def discount_given(
    *, unit_price: Decimal, surcharge: Decimal, discount: Decimal, list_price: Decimal | None
) -> Decimal:
    """Percent off what a piece costs at list, or the discount as it stands where there is no list price or it is more.

    A price typed below the list is a discount, too: else a limit would be kept by typing another price.
    """
    if not list_price or list_price <= 0:
        return discount
    off_list = HUNDRED - (unit_price + surcharge) * (HUNDRED - discount) / list_price
    return max(discount, min(off_list, HUNDRED)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def surcharge_in(options: Sequence[dict[str, Any]]) -> Decimal:
    """What the chosen options of a stored line cost more a piece."""
    return sum((Decimal(one.get("surcharge") or "0") for one in options), NOTHING)
