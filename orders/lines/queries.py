"""Reads of the list of order lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When

from contacts.models import Contact
from contacts.queries import UNSEEN_CONTACT
from crm.company import end_of_day
from orders.lines.figures import IS_RETURN
from orders.models import Order
from orders.queries import search_orders

if TYPE_CHECKING:
    from crm.models import User

DAY = dt.timedelta(days=1)
DIRECT, PARTNER = "direct", "partner"
SOLD_BY = ((DIRECT, "directly"), (PARTNER, "by a partner"))


def sold_by(through: str) -> Case:
    """Whether an order came directly or by a channel partner, as SQL; `through` leads to the order (`order__`)."""
    return Case(
        When(**{f"{through}partner__isnull": False}, then=Value(PARTNER)),
        default=Value(DIRECT),
        output_field=CharField(max_length=10),
    )


def compare_sold_by(through: str) -> Any:
    """The comparisons of a filter tree with the same."""

    def compare(look_up: str, value: Any) -> Q:
        if look_up in ("empty", "filled"):
            return Q(pk__in=[]) if look_up == "empty" else ~Q(pk__in=[])
        chosen = {value} if isinstance(value, str) else set(value)
        found = Q(pk__in=[])
        if PARTNER in chosen:
            found |= Q(**{f"{through}partner__isnull": False})
        if DIRECT in chosen:
            found |= Q(**{f"{through}partner__isnull": True})
        return found

    return compare


def compare_day(look_up: str, value: Any) -> Q:
    """The comparisons with the day of the order, asked of its moment: the index that gives the lines their order
    answers them."""
    path = "order__ordered_at"
    if look_up in ("empty", "isnull"):
        return Q(pk__in=[]) if look_up == "empty" or value else ~Q(pk__in=[])
    if look_up in ("gte", "lt"):
        return Q(**{f"{path}__{look_up}": end_of_day(value - DAY)})
    if look_up in ("lte", "gt"):
        return Q(**{f"{path}__{'lt' if look_up == 'lte' else 'gte'}": end_of_day(value)})
    return ~Q(pk__in=[])


def compare_is_return(look_up: str, value: Any) -> Q:
    """Lines that take something back: of negative quantity or, without one, of negative amount."""
    if look_up == "empty":
        return Q(pk__in=[])
    is_asked = look_up == "filled" or value in ("yes", True)
    return IS_RETURN if is_asked or look_up == "isnull" else ~IS_RETURN


def search_lines(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Lines of the orders that the text finds: by their number, or by their customer."""
    if not text.strip():
        return rows
    return rows.filter(order__in=search_orders(Order.objects.order_by(), text, user).values("pk"))


def read_partners(records: Sequence[Any], user: User | None) -> None:
    """Give each line the name of its order's partner as `partner_words`: words without a name where the person may not
    see it. One query."""
    keys = {one.order.partner_id for one in records} - {None}
    seen = dict(Contact.objects.visible_to(user).filter(pk__in=keys).values_list("pk", "name")) if keys else {}
    for one in records:
        key = one.order.partner_id
        one.partner_words = "" if key is None else seen.get(key, UNSEEN_CONTACT)
