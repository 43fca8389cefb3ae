"""What a line of an order comes to in the company's currency, as SQL: of one definition for list, file and reports.

The rate is that of the day of the order. A line without a quantity counts as one piece, as in the totals of its order.
Cost and margin are unknown where the line has no unit cost, all of them where there is no rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Case, DecimalField, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from crm.field_rights import hidden_specs
from crm.models import Company, ExchangeRate
from orders.models import OrderLine

if TYPE_CHECKING:
    from crm.models import User

MONEY: DecimalField[Any, Any] = DecimalField(max_digits=24, decimal_places=4)
RATE = Subquery(
    ExchangeRate.objects.filter(currency=OuterRef("order__currency"), valid_from__lte=OuterRef("order__ordered_on"))
    .order_by("-valid_from").values("rate")[:1]
)  # fmt: skip
OUR_CURRENCY = Coalesce(Subquery(Company.objects.values("currency")[:1]), Value("EUR"))
IS_RETURN = Q(quantity__lt=0) | Q(quantity=None, amount__lt=0)
NOTHING = Value(Decimal(0), MONEY)


def _ours(expression: Any) -> Any:
    """Money of the order in the company's currency."""
    return Case(When(order__currency=OUR_CURRENCY, then=expression), default=expression * RATE, output_field=MONEY)


PIECES = Coalesce(
    "quantity",
    Case(When(amount__lt=0, then=Value(Decimal(-1))), default=Value(Decimal(1)), output_field=MONEY),
    output_field=MONEY,
)
AMOUNT = _ours(F("amount"))
COST = _ours(F("unit_cost") * PIECES)
MARGIN = _ours(F("amount") - F("unit_cost") * PIECES)
SOLD = Case(When(IS_RETURN, then=NOTHING), default=AMOUNT, output_field=MONEY)
RETURNED = Case(When(IS_RETURN, then=_ours(-F("amount"))), default=NOTHING, output_field=MONEY)
FIGURES: dict[str, Any] = {
    "base_amount": AMOUNT, "base_cost": COST, "base_margin": MARGIN, "base_sold": SOLD, "base_returned": RETURNED,
}  # fmt: skip


def read_figures(records: Sequence[Any], user: User | None) -> None:
    """Give each line of a page its figures as `told`, in one query; without those that are hidden from the person."""
    if not records or hasattr(records[0], "told"):
        return
    hidden = hidden_specs(user, "orders.orderline")
    shown = {f"told_{name}": expression for name, expression in FIGURES.items() if name not in hidden}
    rows = OrderLine.objects.filter(pk__in=[one.pk for one in records]).annotate(**shown).values("pk", *shown)
    told = {row["pk"]: {name: row.get(f"told_{name}") for name in FIGURES} for row in rows}
    for one in records:
        one.told = told.get(one.pk, dict.fromkeys(FIGURES))
