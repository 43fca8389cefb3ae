"""Reads of orders that a list, a record page or a contact's page shows."""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext

from contacts.models import Contact
from crm.access import visible_words
from crm.catalogue import TimelineEntry
from crm.database.kept import ANY_KEY, ANY_MOMENT, LONG_AGO, KeptRows, Shelf
from crm.field_rights import hidden_fields, mask
from crm.filtering.searching import finds_names_only, search_condition
from crm.models import User
from crm.templatetags.figures import money, plain_number, plural
from orders.models import Order, OrderLine, Product, Subscription

LINES_IN_WORDS = 3
_newest: Shelf[KeptRows[Order]] = Shelf()
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class LineGroup:
    """An order's lines, with what was bought and what came back, each a total in the order's currency."""

    lines: list[OrderLine]
    bought: Decimal
    returned: Decimal


def title_of(order: Order) -> str:
    """`20317`, or `#12` for an order without a number of its own."""
    return order.number or f"#{order.pk}"


def is_return(line: OrderLine) -> bool:
    """A line of negative quantity or, without one, of negative amount."""
    return line.quantity < 0 if line.quantity is not None else line.amount < 0


def lines_of(order: Order, user: User | None = None) -> LineGroup:
    """The lines in their order, with products; what is hidden from the person is taken off them."""
    rows = order.lines.select_related("product", "returned_line__order").prefetch_related("options", "returns__order")
    lines = list(rows.order_by("position"))
    returned = sum((line.amount for line in lines if is_return(line)), Decimal(0))
    bought = sum((line.amount for line in lines), Decimal(0)) - returned
    for line in lines:
        mask(user, line)
    return LineGroup(lines, bought, returned)


def search_orders(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Orders whose number begins with the text or whose customer it finds; the two are looked up apart."""
    text = text.strip()
    if not text:
        return rows
    customers = Contact.objects.filter(
        search_condition(text, names_only=finds_names_only(user, "contacts.contact"))
    ).values("pk")
    by_number = Order.objects.filter(number__startswith=text).order_by().values("pk")
    by_customer = Order.objects.filter(contact__in=customers).order_by().values("pk")
    return rows.filter(pk__in=by_number.union(by_customer, all=True))


def orders_of(user: User | None, contact: Contact) -> QuerySet[Order]:
    """A contact's orders, newest first."""
    return Order.objects.visible_to(user).filter(contact=contact).order_by("-ordered_at", "-id")


def orders_before(
    user: User | None,
    contact_id: int,
    before: dt.datetime | None,
    limit: int,
    words: str = "",
    since: dt.datetime | None = None,
) -> list[TimelineEntry]:
    """A contact's newest orders strictly before a moment, as timeline entries; of the first page, those from `since`
    on."""
    hidden = hidden_fields(user, Order)
    if not before and not words:
        return [_entry(order, hidden) for order in _newest_told(user, limit).read(contact_id, since or LONG_AGO)]
    rows = _orders_told(user, contact_id)
    if before:
        rows = rows.filter(ordered_at__lt=before)
    for word in words.split():
        named = OrderLine.objects.filter(order=OuterRef("pk"), product__name__icontains=word)
        rows = rows.filter(Q(number__icontains=word) | Exists(named))
    return [_entry(order, hidden) for order in rows[:limit]]


def _newest_told(user: User | None, limit: int) -> KeptRows[Order]:
    """The question of every page of a contact."""
    key = (limit, visible_words(Order, user))
    return _newest.get_or_make(
        key, lambda: KeptRows(_orders_told(user, ANY_KEY).filter(ordered_at__gte=ANY_MOMENT)[:limit])
    )


def _orders_told(user: User | None, contact_id: int) -> QuerySet[Order]:
    rows = Order.objects.visible_to(user).filter(contact=contact_id)
    return rows.annotate(told_lines=_told_lines()).order_by("-ordered_at", "-id")


def _told_lines() -> ArraySubquery:
    """The lines of an order as the timeline tells them, in the same query."""
    told = JSONObject(
        product="product__name", quantity=Cast("quantity", TextField()), amount=Cast("amount", TextField())
    )
    return ArraySubquery(OrderLine.objects.filter(order=OuterRef("pk")).order_by("position").values(told=told))


def product_families() -> list[tuple[str, str]]:
    """Families in use, by name."""
    names = Product.objects.exclude(family="").order_by("family").values_list("family", flat=True).distinct()
    return [(name, name) for name in names]


def order_version(order: Order) -> int:
    """A number that changes with anything that the order form shows; it stands for a version of the order."""
    parts = [
        order.contact_id,
        order.partner_id,
        order.number,
        order.ordered_at,
        order.channel,
        order.currency,
        order.offer_code,
    ]
    lines = order.lines.order_by("position").values_list(
        "id", "product", "quantity", "unit_price", "discount", "amount", "unit_cost"
    )
    chosen = order.options.order_by("id").values_list("line", "name", "value", "surcharge")
    return zlib.crc32(repr([*map(str, parts), *lines, *chosen]).encode())


def sales_of(product: Product, user: User | None) -> QuerySet[OrderLine]:
    """The newest lines with this product, of orders that the person may see."""
    rows = OrderLine.objects.visible_to(user).filter(Q(product=product)).select_related("order", "order__contact")
    return rows.order_by("-order__ordered_at", "-id")


def _entry(order: Any, hidden: frozenset[str]) -> TimelineEntry:
    lines: list[dict[str, str | None]] = order.told_lines
    amount = "" if "amount" in hidden else f"{money(order.amount, order.currency)} · "
    what = gettext("Order") if order.is_purchase else gettext("Return")
    count = plural(len(lines), "line")
    return TimelineEntry(
        at=order.ordered_at,
        icon="bag" if order.is_purchase else "reply",
        title=f"{what} {title_of(order)} · {amount}{count}",
        key=f"order-{order.pk}",
        text=_in_words(lines),
        who="" if "channel" in hidden else order.get_channel_words(),
        url=order.get_absolute_url(),
        tone="good" if order.is_purchase else "warn",
    )


def _in_words(lines: list[dict[str, str | None]]) -> str:
    """`Frames A3 oak, 40 times, passe-partout, …` with a times sign: the largest lines that name a product."""
    named = sorted((line for line in lines if line["product"]), key=lambda line: -abs(Decimal(line["amount"] or 0)))
    words = [f"{line['product']}{_times(line['quantity'])}" for line in named[:LINES_IN_WORDS]]
    return ", ".join([*words, "…"] if len(named) > LINES_IN_WORDS else words)


def _times(quantity: str | None) -> str:
    return "" if quantity is None else f" {TIMES}{plain_number(quantity)}"


def subscriptions_of(user: User | None, contact: Contact) -> QuerySet[Subscription]:
    """The subscriptions of a contact that the person may see, newest first."""
    return Subscription.objects.visible_to(user).filter(contact=contact).order_by("-started_on", "-pk")


def search_subscriptions(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Subscriptions whose plan begins with the text or whose customer it finds."""
    if not (text := text.strip()):
        return rows
    customers = Contact.objects.filter(
        search_condition(text, names_only=finds_names_only(user, "contacts.contact"))
    ).values("pk")
    return rows.filter(Q(plan__istartswith=text) | Q(contact__in=customers))
