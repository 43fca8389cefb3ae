"""Writes of orders and products. Each is one transaction and one log row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm.company import current_company
from crm.log import log
from crm.models import User
from crm.saving import StaleRecord, assign, locked, refuse_lost_sight
from orders.keeping import refresh_products, refresh_totals
from orders.models import LineOption, Order, OrderLine, Product
from orders.options.queries import chosen_of
from orders.options.words import Chosen, surcharge_of
from orders.queries import order_version, title_of

SMALLEST = Decimal("0.0001")
LINE_FIELDS = ("product", "quantity", "unit_price", "discount", "amount", "unit_cost")


@dataclass(frozen=True)
class LineInput:
    """A line as somebody typed it. `amount` wins over quantity x unit price - discount; `line_id` is the line's own,
    None for a new one. An empty cost is the product's.
    """

    product: Product | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount: Decimal = Decimal(0)
    amount: Decimal | None = None
    unit_cost: Decimal | None = None
    line_id: int | None = None
    options: tuple[Chosen, ...] = ()
    returned_line: OrderLine | None = None

    def values(self, currency: str) -> dict[str, Any]:
        """The stored fields of a line of an order in this currency. Raises where no total can be told.

        List price and cost are the product's where its money is the order's; no sum is taken over into another one.
        """
        amount, unit_cost, list_price = self.amount, self.unit_cost, None
        if amount is None:
            if self.quantity is None or self.unit_price is None:
                raise ValidationError("A line needs its total, or a quantity and a price.")
            amount = self.quantity * (self.unit_price + surcharge_of(self.options)) - self.discount
        if self.product is not None and self.product.currency == currency:
            unit_cost = self.product.unit_cost if unit_cost is None else unit_cost
            list_price = self.product.unit_price
        return {
            "list_price": list_price,
            "product": self.product,
            "quantity": self.quantity,
            "unit_price": self.unit_price,
            "discount": self.discount,
            "amount": amount.quantize(SMALLEST, ROUND_HALF_UP),
            "unit_cost": unit_cost,
        }


@transaction.atomic
def create_order(*, actor: User | None, fields: Mapping[str, Any], lines: Sequence[LineInput]) -> Order:
    """Make an order with its lines; amount, cost, day and the rest are computed from them."""
    _refuse_empty(lines)
    order = Order(**fields)
    order.ordered_on = order.ordered_at.astimezone(current_company().zone).date()
    order.save()
    _save_lines(order, lines)
    return _finish(actor, order, "create", f"Created order {title_of(order)}")


@transaction.atomic
def change_order(
    *, actor: User | None, order: Order, version: int, fields: Mapping[str, Any], lines: Sequence[LineInput]
) -> Order:
    """Make the order these fields and these lines. Raises `StaleRecord` when it is not what `version` was read from."""
    _refuse_empty(lines)
    current = _locked(order, version)
    was = current.currency
    changed = assign(current, fields)
    current.save()
    changed += ["lines"] if _save_lines(current, lines, is_same_money=current.currency == was) else []
    if not changed:
        return current
    return _finish(actor, current, "change", f"Changed {', '.join(changed)} of order {title_of(current)}")


@transaction.atomic
def change_order_fields(*, actor: User | None, order: Order, version: int, fields: Mapping[str, Any]) -> Order:
    """Change fields of the order alone; its lines stay. Raises `StaleRecord` as `change_order` does."""
    current = _locked(order, version)
    changed = assign(current, fields)
    if not changed:
        return current
    current.save()
    return _finish(actor, current, "change", f"Changed {', '.join(changed)} of order {title_of(current)}")


@transaction.atomic
def create_product(*, actor: User | None, fields: Mapping[str, Any]) -> Product:
    """Make a product."""
    product = Product.objects.create(**fields)
    refresh_products([product.pk])
    log(actor=actor, verb="create", object=product, summary=f"Created product {product.name}")
    return product


@transaction.atomic
def change_product(*, actor: User | None, product: Product, version: int, fields: Mapping[str, Any]) -> Product:
    """Change what is given. Raises `StaleRecord` when somebody saved the product after `version` was read."""
    current: Product = locked(product, version)
    if changed := assign(current, fields):
        current.version += 1
        current.save()
        refresh_products([current.pk])
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)}")
    return current


@transaction.atomic
def archive_product(*, actor: User | None, product: Product) -> None:
    """Take a product out of the lists; orders keep it."""
    if Product.objects.filter(pk=product.pk, archived_at=None).update(
        archived_at=timezone.now(), version=F("version") + 1
    ):
        log(actor=actor, verb="archive", object=product, summary=f"Archived product {product.name}")


@transaction.atomic
def restore_product(*, actor: User | None, product: Product) -> None:
    """Bring an archived product back."""
    if Product.objects.filter(pk=product.pk, archived_at__isnull=False).update(
        archived_at=None, version=F("version") + 1
    ):
        log(actor=actor, verb="restore", object=product, summary=f"Restored product {product.name}")


def _locked(order: Order, version: int) -> Order:
    """The order as it is stored, locked. Raises `StaleRecord` when it is not what `version` was read from."""
    current = Order.objects.select_for_update().get(pk=order.pk)
    if order_version(current) != version:
        raise StaleRecord(current)
    return current


def _refuse_empty(lines: Sequence[LineInput]) -> None:
    if not lines:
        raise ValidationError("An order needs at least one line.")


def _finish(actor: User | None, order: Order, verb: str, summary: str) -> Order:
    refresh_totals([order.pk])
    refuse_lost_sight(actor, order)
    log(actor=actor, verb=verb, object=order, contact_id=order.contact_id, summary=summary)
    order.refresh_from_db()
    return order


def _save_lines(order: Order, lines: Sequence[LineInput], *, is_same_money: bool = True) -> bool:
    """Make the order's lines these; lines that stay keep their id and position. Whether anything changed."""
    existing = {line.pk: line for line in order.lines.select_related("product")}
    chosen_before = chosen_of(existing)
    kept = {line.line_id for line in lines if line.line_id in existing}
    gone = order.lines.exclude(pk__in=kept).delete()[0]
    position = max((line.position for line in existing.values()), default=0)
    fresh, changed = [], []
    chosen: list[tuple[OrderLine, tuple[Chosen, ...]]] = []
    for given in lines:
        values = given.values(order.currency)
        if given.line_id in existing:
            line = existing[given.line_id]
            if line.product == given.product and is_same_money:
                values.pop("list_price")  # that of the day stays
            if assign(line, values):
                changed.append(line)
            if tuple(chosen_before[line.pk]) != given.options:
                chosen.append((line, given.options))
        else:
            position += 1
            line = OrderLine(order=order, position=position, returned_line=given.returned_line, **values)
            fresh.append(line)
            chosen += [(line, given.options)] if given.options else []
    OrderLine.objects.bulk_update(changed, (*LINE_FIELDS, "list_price"))
    OrderLine.objects.bulk_create(fresh)
    _save_options(order, chosen)
    return bool(gone or changed or fresh or chosen)


def _save_options(order: Order, chosen: Sequence[tuple[OrderLine, tuple[Chosen, ...]]]) -> None:
    """Make what these lines chose this."""
    if chosen:
        LineOption.objects.filter(line__in=[line.pk for line, _ in chosen]).delete()
        LineOption.objects.bulk_create(
            LineOption(order=order, line=line, name=one.name, value=one.value, surcharge=one.surcharge)
            for line, options in chosen
            for one in options
        )
