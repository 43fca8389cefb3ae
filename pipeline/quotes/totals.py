"""The one rule by which a quote is added up; page, PDF, public page, API and order show what it says.

A line is quantity x (price + surcharges) x (1 - discount), rounded to the smallest coin of the currency, half up. Tax
is taken from the sum of the lines of each rate and rounded once for each rate (as EN 16931, BR-CO-17 has it). The total
is the sum of lines and taxes; nothing is rounded a second time.
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
    """The tax of one rate (percent) on the sum of its lines."""

    rate: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """What a quote comes to."""

    net: Decimal
    taxes: tuple[TaxSum, ...]

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


def totals_of(lines: Iterable[Priced], currency: str) -> Totals:
    """Net, the tax of each rate (highest first), and the total."""
    by_rate: dict[Decimal, Decimal] = {}
    for line in lines:
        by_rate[line.tax_rate] = by_rate.get(line.tax_rate, NOTHING) + line.amount
    taxes = tuple(
        TaxSum(rate, net, rounded(net * rate / HUNDRED, currency))
        for rate, net in sorted(by_rate.items(), reverse=True)
        if net or rate
    )
    return Totals(sum(by_rate.values(), NOTHING), taxes)


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
