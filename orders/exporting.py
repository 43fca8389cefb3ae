"""Products, orders a row a line, subscriptions, invoices, payments, registrations, as files that import reads back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case, CharField, Func, OuterRef, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat

from contacts.keeping import CONTACT_IDS
from crm.catalogue import ExportKind
from crm.choices import Verb
from crm.exporting.streams import CannotExport, in_company_time, stream_rows
from orders.keeping import PRODUCT_IDS
from orders.models import Invoice, LineOption, OrderLine, Payment, Product, ProductRegistration, Subscription

if TYPE_CHECKING:
    from crm.models import User

SURCHARGE = Case(
    When(surcharge=0, then=Value("")),
    default=Func(
        "surcharge", Value('" ("FMSG999999999990.0099")"'), function="to_char", output_field=CharField()
    ),
    output_field=CharField(),
)  # fmt: skip
PRODUCT_EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": PRODUCT_IDS.told(),
    **{name: name for name in ("name", "family", "unit_price", "unit_cost", "currency")},
}
ORDER_EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": "external_id",
    "order_id": "order__number",
    "line_number": "position",
    "contact_external_id": CONTACT_IDS.told("order__contact__"),
    "ordered_at": "order__ordered_at",
    "product_external_id": PRODUCT_IDS.told("product__"),
    "quantity": "quantity",
    "unit_price": "unit_price",
    "discount": "discount",
    "amount": "amount",
    "unit_cost": "unit_cost",
    "channel": "order__channel",
    "partner_external_id": CONTACT_IDS.told("order__partner__"),
    "currency": "order__currency",
    "offer_code": "order__offer_code",
    "options": Subquery(
        LineOption.objects.filter(line=OuterRef("pk"))
        .order_by()
        .values("line")
        .annotate(words=StringAgg(Concat("name", Value(": "), "value", SURCHARGE), "; ", ordering="id"))
        .values("words")
    ),
}

SUBSCRIPTION_EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": "external_id",
    "contact_external_id": CONTACT_IDS.told("contact__"),
    "plan": "plan",
    "started_on": "started_on",
    "ended_on": "ended_on",
    "tenure_months": "tenure_months",
    "monthly_amount": "monthly_amount",
    "currency": "currency",
    "term_months": "term_months",
    "renews_on": "renews_on",
    "auto_renews": "auto_renews",
    "cancelled_on": "cancelled_on",
    "cancel_reason": "cancel_reason",
}
INVOICE_EXPRESSIONS: dict[str, str | Combinable] = {
    "number": "number",
    "external_id": "external_id",
    "contact_external_id": CONTACT_IDS.told("contact__"),
    "order_id": "order__number",
    **{
        name: name
        for name in (
            "issued_on", "due_on", "amount", "currency", "state", "paid_amount", "open_amount", "cancelled_on", "note",
        )
    },
}  # fmt: skip
PAYMENT_EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": "external_id",
    "invoice_number": "invoice__number",
    "paid_on": "paid_on",
    "amount": "amount",
    "currency": "invoice__currency",
    "method": "method",
    "reference": "reference",
}
REGISTRATION_EXPRESSIONS: dict[str, str | Combinable] = {
    "contact_external_id": CONTACT_IDS.told("contact__"),
    "product_external_id": PRODUCT_IDS.told("product__"),
    **{
        name: name
        for name in (
            "serial", "registered_on", "bought_on", "warranty_ends_on", "channel", "note", "external_id",
        )
    },
}  # fmt: skip


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


def dated_rows(
    model: type[Any], expressions: dict[str, str | Combinable], day: str
) -> Callable[[User | None, Sequence[str], dt.date | None], Iterator[Sequence[Any]]]:
    """The rows of a model that were there by the end of `as_of`, as they are known now."""

    def rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
        found = model.objects.visible_to(user, Verb.EXPORT).order_by("pk")
        if as_of is not None:
            found = found.filter(**{f"{day}__lte": as_of})
        return stream_rows(found, expressions, columns)

    return rows


EXPORTS = (
    ExportKind("products", "Products", "orders.product", tuple(PRODUCT_EXPRESSIONS), product_rows),
    ExportKind("orders", "Orders", "orders.order", tuple(ORDER_EXPRESSIONS), order_rows, stored=("orders.orderline",)),
    ExportKind(
        "subscriptions", "Subscriptions", "orders.subscription", tuple(SUBSCRIPTION_EXPRESSIONS), subscription_rows
    ),
    ExportKind(
        "invoices", "Invoices", "orders.invoice", tuple(INVOICE_EXPRESSIONS),
        dated_rows(Invoice, INVOICE_EXPRESSIONS, "issued_on"), stored=("orders.payment",),
    ),
    ExportKind(
        "payments", "Payments", "orders.payment", tuple(PAYMENT_EXPRESSIONS),
        dated_rows(Payment, PAYMENT_EXPRESSIONS, "paid_on"), stored=("orders.invoice",),
    ),
    ExportKind(
        "registrations", "Registrations", "orders.productregistration", tuple(REGISTRATION_EXPRESSIONS),
        dated_rows(ProductRegistration, REGISTRATION_EXPRESSIONS, "registered_on"),
    ),
)  # fmt: skip
