"""Conditions on contacts by what campaigns did with them."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, Q, QuerySet

from crm.primary_keys import key_in

EMPTY = ("empty", "filled", "isnull")


def one_of(rows: QuerySet[Any], path: str, look_up: str, value: Any) -> Q:
    """Contacts with one of the rows, of those whose `path` is one of the values; without any value: with some row, or
    with none."""
    if look_up in EMPTY:
        found = Q(Exists(rows))
        return found if look_up == "filled" or value is False else ~found
    listed = value if isinstance(value, (list, tuple)) else [value]
    keys = [key for one in listed if (key := key_in(one)) is not None]
    return Q(Exists(rows.filter(**{f"{path}__in": keys})))
