"""Products, orders a row a line, and subscriptions, as files that import reads back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models.expressions import Combinable

from crm.catalogue import ExportKind
from crm.choices import Verb
from crm.exporting.streams import CannotExport, in_company_time, stream_rows
from orders.models import OrderLine, Product, Subscription

if TYPE_CHECKING:
    from crm.models import User

PRODUCT_EXPRESSIONS: dict[str, str | Combinable] = {
    name: name for name in ("external_id", "name", "family", "unit_price", "unit_cost", "currency")
}
ORDER_EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": "external_id",
    "order_id": "order__number",
    "line_number": "position",
    "contact_external_id": "order__contact__external_id",
    "ordered_at": "order__ordered_at",
    "product_external_id": "product__external_id",
    "quantity": "quantity",
    "unit_price": "unit_price",
    "discount": "discount",
    "amount": "amount",
    "unit_cost": "unit_cost",
    "channel": "order__channel",
    "partner_external_id": "order__partner__external_id",
    "currency": "order__currency",
}

SUBSCRIPTION_EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": "external_id",
    "contact_external_id": "contact__external_id",
    "plan": "plan",
    "started_on": "started_on",
    "ended_on": "ended_on",
    "tenure_months": "tenure_months",
    "monthly_amount": "monthly_amount",
    "currency": "currency",
}


def product_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    if as_of is not None:
        raise CannotExport("Products are kept as they are now, so there is no --as-of for them.")
    rows = Product.objects.visible_to(user, Verb.EXPORT).order_by("pk")
    return stream_rows(rows, PRODUCT_EXPRESSIONS, columns)


def order_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """Lines of the orders up to the end of `as_of`; times in the company's zone, with its offset."""
    rows = OrderLine.objects.visible_to(user, Verb.EXPORT).order_by("order_id", "position")
    if as_of is not None:
        rows = rows.filter(order__ordered_on__lte=as_of)
    return in_company_time(stream_rows(rows, ORDER_EXPRESSIONS, columns), columns, "ordered_at")


def subscription_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """Subscriptions that had started by the end of `as_of`, with the end as it is known now."""
    rows = Subscription.objects.visible_to(user, Verb.EXPORT).order_by("pk")
    if as_of is not None:
        rows = rows.filter(started_on__lte=as_of)
    return stream_rows(rows, SUBSCRIPTION_EXPRESSIONS, columns)


EXPORTS = (
    ExportKind("products", "Products", "orders.product", tuple(PRODUCT_EXPRESSIONS), product_rows),
    ExportKind("orders", "Orders", "orders.order", tuple(ORDER_EXPRESSIONS), order_rows, stored=("orders.orderline",)),
    ExportKind(
        "subscriptions", "Subscriptions", "orders.subscription", tuple(SUBSCRIPTION_EXPRESSIONS), subscription_rows
    ),
)
