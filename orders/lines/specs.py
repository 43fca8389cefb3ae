"""The fields of order lines that the list shows, filters and sorts by, and that reports are made of."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Case, CharField, F, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from crm.catalogue import FieldSpec
from crm.templatetags.figures import full_day, money
from crm.templatetags.pieces import pill
from orders.choices import SalesChannel
from orders.lines.figures import FIGURES, IS_RETURN, read_figures
from orders.lines.queries import SOLD_BY, compare_day, compare_is_return, compare_sold_by, read_partners, sold_by
from orders.queries import is_return, product_families, title_of

ORDER_CURRENCY = "order__currency"
# what `queries.title_of` says of the order, in SQL
TITLE = Coalesce(
    NullIf("order__number", Value("")),
    Concat(Value("#"), Cast("order_id", CharField()), output_field=CharField()),
    output_field=CharField(),
)


def _customer(record: Any) -> SafeString | str:
    contact = record.order.contact
    return conditional_escape(str(contact)) if contact else pill("anonymous")


def _money(name: str) -> Any:
    return lambda record: money(getattr(record, name), record.order.currency)


def _own(name: str, label: str, order: int, *, stored: str, help: str, **more: Any) -> FieldSpec:
    """A figure in the company's currency, read along for a page and told by the database for files and reports."""
    return FieldSpec(
        name, label, "amount", kind="money", filter=False, order=order, stored=stored, help=help,
        along=read_figures, value=lambda record: record.told[name], in_file=FIGURES[name], grouped=FIGURES[name],
        **more,
    )  # fmt: skip


def _sold_by_words(record: Any) -> str:
    return dict(SOLD_BY)["direct" if record.order.partner_id is None else "partner"]


SOLD_BY_FIELD = FieldSpec(
    "sold_by", "Direct or partner", "order__partner", kind="choice", choices=lambda: SOLD_BY, order=41,
    value=_sold_by_words, select=("order",), condition=lambda end, value: compare_sold_by("order__")("in", value),
    compare=compare_sold_by("order__"), grouped=sold_by("order__"), stored="orders.order.partner",
    help="Whether a channel partner is on the order.",
)  # fmt: skip

LINE_FIELDS = (
    FieldSpec(
        "number", "Order", "order__number", value=lambda record: title_of(record.order), in_file=TITLE, default=True,
        order=10, always=True, select=("order",), stored="orders.order.number",
    ),
    FieldSpec(
        "ordered_on", "Date", "order__ordered_on", kind="date", sort=True, sort_by="order__ordered_at", default=True,
        order=20, always=True, select=("order",), stored="orders.order.ordered_on",
        cell=lambda record: full_day(record.order.ordered_on), compare=compare_day, grouped=F("order__ordered_on"),
    ),
    FieldSpec(
        "customer", "Customer", "order__contact__name", filter=False, in_trees=True, default=True, order=30,
        select=("order__contact",), cell=_customer, always=True, stored="orders.order.contact",
    ),
    FieldSpec(
        "contact", "Customer", "order__contact", kind="record", column=False, order=31, always=True,
        stored="orders.order.contact",
    ),
    FieldSpec("product", "Product", "product__name", select=("product",), default=True, order=35,
        held_in="product__search_text"),
    FieldSpec("item", "Product", "product", kind="record", column=False, order=36),
    FieldSpec(
        "family", "Product family", "product__family", kind="choice", choices=product_families, select=("product",),
        default=True, order=37,
    ),
    FieldSpec(
        "channel", "Channel", "order__channel", kind="choice", choices=lambda: SalesChannel.choices, order=40,
        select=("order",), stored="orders.order.channel",
    ),
    SOLD_BY_FIELD,
    FieldSpec(
        "partner", "Partner", "order__partner__name", filter=False, order=42, select=("order",), along=read_partners,
        value=lambda record: record.partner_words, stored="orders.order.partner",
    ),
    FieldSpec(
        "partner_contact", "Partner", "order__partner", kind="record", column=False, order=43,
        stored="orders.order.partner",
    ),
    FieldSpec("quantity", "Quantity", "quantity", kind="number", default=True, order=50),
    FieldSpec(
        "unit_price", "Unit price", "unit_price", kind="money", cell=_money("unit_price"), order=51,
        currency=ORDER_CURRENCY, select=("order",),
    ),
    FieldSpec(
        "discount", "Discount", "discount", kind="money", cell=_money("discount"), order=52, currency=ORDER_CURRENCY,
        select=("order",),
    ),
    FieldSpec(
        "amount", "Amount", "amount", kind="money", cell=_money("amount"), default=True, order=53,
        currency=ORDER_CURRENCY, select=("order",), help="After the discount, in the currency of the order.",
        covers=("orders.orderline.unit_price", "orders.orderline.discount", "orders.orderline.list_price"),
    ),
    FieldSpec("currency", "Currency", "order__currency", order=54, select=("order",), stored="orders.order.currency"),
    FieldSpec(
        "unit_cost", "Unit cost", "unit_cost", kind="money", cell=_money("unit_cost"), order=55,
        currency=ORDER_CURRENCY, select=("order",),
    ),
    FieldSpec(
        "list_price", "List price", "list_price", kind="money", cell=_money("list_price"), order=56,
        currency=ORDER_CURRENCY, select=("order",), help="Of the day on which the line was written down.",
    ),
    FieldSpec(
        "is_return", "Is a return", "quantity", kind="flag", order=57, condition=lambda end, value: compare_is_return(
            "exact", value), compare=compare_is_return, value=is_return,
        grouped=Case(When(IS_RETURN, then=Value(True)), default=Value(False), output_field=BooleanField()),
        in_file=Case(When(IS_RETURN, then=Value("yes")), default=Value("no"), output_field=CharField()),
        stored="orders.orderline.quantity",
    ),
    _own("base_amount", "Revenue", 60, stored="orders.orderline.amount", default=True,
         help="The amount in our currency at the rate of the day of the order; returns below zero."),
    _own("base_cost", "Cost", 61, stored="orders.orderline.unit_cost",
         help="Unit cost × quantity, in our currency; empty where the cost is not known."),
    _own("base_margin", "Margin", 62, stored="orders.orderline.unit_cost", shows=("amount",),
         help="Amount less cost, in our currency; empty where the cost is not known."),
    _own("base_sold", "Sold for", 63, stored="orders.orderline.amount",
         help="In our currency, returns not taken off."),
    _own("base_returned", "Returned for", 64, stored="orders.orderline.amount",
         help="What returns took back, in our currency, above zero."),
    FieldSpec("option", "Chosen option", "options__value", column=False, order=70, always=True,
              help="Such as a colour."),
)  # fmt: skip
