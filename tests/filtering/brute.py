"""The same trees asked in plain Python, row by row: the reference that the engine is held against."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal
from typing import Any

from contacts.models import Contact

TODAY = dt.date(2026, 3, 31)


def matches(record: Any, node: dict[str, Any], read: dict[str, Any] | None = None) -> bool:
    """Whether a record (read with all that hangs on it) fulfils a node of a tree in its JSON form; `read` says how its
    fields are read, those of a contact unless told."""
    if "all" in node:
        return all(matches(record, part, read) for part in node["all"])
    if "any" in node:
        return any(matches(record, part, read) for part in node["any"])
    if "not" in node:
        return not matches(record, node["not"], read)
    op = node["op"]
    if op.startswith("not_"):
        return not matches(record, node | {"op": op.removeprefix("not_")}, read)
    values = (read or VALUES)[node["field"]](record, node)
    if op == "empty":
        return not [one for one in values if one not in (None, "")]
    return any(one not in (None, "") and TESTS[op](one, node["value"]) for one in values)


def _orders(contact: Contact, node: dict[str, Any]) -> list[Any]:
    within = node.get("within")
    orders = list(contact.orders.all())
    return [one for one in orders if within is None or _in_days(one.ordered_on, within["op"], within["value"])]


def _purchase_days(contact: Contact, node: dict[str, Any]) -> list[dt.date]:
    return sorted(one.ordered_on for one in _orders(contact, node) if one.is_purchase)


VALUES: dict[str, Any] = {
    "name": lambda one, node: [one.name],
    "industry": lambda one, node: [one.industry],
    "source": lambda one, node: [one.source],
    "employees": lambda one, node: [one.employees],
    "birthday": lambda one, node: [one.birthday],
    "created_on": lambda one, node: [one.created_on],
    "owner": lambda one, node: [str(one.owner_id) if one.owner_id else None],
    "kind": lambda one, node: [one.kind],
    "organization": lambda one, node: [one.organization.name if one.organization else None],
    "city": lambda one, node: [address.city for address in one.addresses.all()],
    "email": lambda one, node: [point.value for point in one.points.all() if point.kind == "email"],
    "tags": lambda one, node: [one.tags] if one.tags else [],
    "custom_size": lambda one, node: [one.custom.get("size")],
    "custom_plan": lambda one, node: [one.custom.get("plan")],
    "custom_renewal": lambda one, node: [one.custom.get("renewal")],
    "orders_count": lambda one, node: [len(_purchase_days(one, node))],
    "orders_sum": lambda one, node: [sum((order.base_amount or Decimal(0)) for order in _orders(one, node))],
    "orders_last": lambda one, node: _purchase_days(one, node)[-1:],
    "orders_first": lambda one, node: _purchase_days(one, node)[:1],
    "bought_family": lambda one, node: [
        line.product.family for order in one.orders.all() for line in order.lines.all() if line.product
    ],
}


def fold(text: str) -> str:
    """Without case and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def _day(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def _in_days(value: Any, op: str, asked: Any) -> bool:
    """On the last day of March 2026: the days are written down, not reckoned by the code that is tested."""
    day = _day(value)
    first, last = {
        "this": {"month": ("2026-03-01", "2026-03-31"), "quarter": ("2026-01-01", "2026-03-31")},
        "previous": {"month": ("2026-02-01", "2026-02-28"), "quarter": ("2025-10-01", "2025-12-31")},
    }.get(op, {}).get(asked if isinstance(asked, str) else "", ("", ""))
    if op == "in_last":
        first, last = str(TODAY - dt.timedelta(days=asked["count"])), str(TODAY)
    elif op == "more_than_ago":
        first, last = "1000-01-01", str(TODAY - dt.timedelta(days=asked["count"] + 1))
    elif op == "between":
        first, last = asked
    elif op in ("from", "until"):
        first, last = (asked, "9999-01-01") if op == "from" else ("1000-01-01", asked)
    return first <= day.isoformat() <= last


TESTS: dict[str, Any] = {
    "contains": lambda one, asked: fold(asked) in fold(one),
    "starts": lambda one, asked: fold(one).startswith(fold(asked)),
    "is": lambda one, asked: fold(one) == fold(asked) if isinstance(one, str) else _number(one) == asked,
    "over": lambda one, asked: _number(one) > asked,
    "at_least": lambda one, asked: _number(one) >= asked,
    "at_most": lambda one, asked: _number(one) <= asked,
    "under": lambda one, asked: _number(one) < asked,
    "any": lambda one, asked: bool(set(one if isinstance(one, list) else [one]) & set(asked)),
    "all": lambda one, asked: set(asked) <= set(one),
    **{
        op: (lambda one, asked, op=op: _in_days(one, op, asked))
        for op in ("in_last", "more_than_ago", "this", "previous", "from", "until", "between")
    },
}
