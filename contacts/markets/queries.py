"""Reads of market categories, and of what their customers lack."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, OuterRef, Q
from django.db.models.functions import JSONObject

from contacts.markets.facts import facts, facts_of, is_missing, missing
from contacts.models import Contact, MarketCategory

ANY = "any"
TOLD = ("id", "key", "label", "position", "required", "version")


def categories() -> list[MarketCategory]:
    """All categories, in their order."""
    return list(MarketCategory.objects.all())


def market_choices() -> list[tuple[str, str]]:
    """(key, label) of all categories."""
    return list(MarketCategory.objects.values_list("key", "label"))


def incomplete_choices() -> list[tuple[str, str]]:
    """What the filter of incomplete contacts offers."""
    return [(ANY, "any category"), *market_choices()]


class _IsOneOf(Func):
    """`a = ANY (array)`."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


def markets_along() -> ArraySubquery:
    """The categories of a contact, by which it is read as `market_rows` for `categories_of`."""
    rows = MarketCategory.objects.filter(_IsOneOf(F("key"), OuterRef("markets")))
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in TOLD})))


def categories_of(contact: Contact) -> list[MarketCategory]:
    """The categories that a contact is in; read once for a record at hand."""
    if "market_categories" not in contact.__dict__:
        rows = contact.__dict__.get("market_rows")
        if rows is None:
            found = [one for one in categories() if one.key in contact.markets] if contact.markets else []
        else:
            found = [MarketCategory(**row) for row in rows]
        contact.__dict__["market_categories"] = found
    kept: list[MarketCategory] = contact.__dict__["market_categories"]
    return kept


def missing_condition(category: MarketCategory) -> Q:
    """The category's customers that lack something they must have; nobody where it asks for nothing."""
    lacks = Q(pk__in=[])
    for fact in facts_of(category):
        lacks |= missing(fact)
    return Q(markets__contains=[category.key]) & lacks


def incomplete(look_up: str, value: Any) -> Q:
    """The comparison of the filter: `in` some categories (keys, or `any`); `filled`, `empty`: for any, for none."""
    asked = set(value) if look_up == "in" else {ANY}
    found = Q(pk__in=[])
    for category in categories():
        if ANY in asked or category.key in asked:
            found |= missing_condition(category)
    return ~found if look_up == "empty" else found


def lacking(contact: Contact, markets: Sequence[MarketCategory], hidden: Collection[str] = ()) -> list[dict[str, Any]]:
    """Of a contact's categories those that lack something, each with the facts; hidden ones are not named."""
    mine = [one for one in markets if one.required]
    known = [one for one in facts() if one.name not in hidden and one.field not in hidden] if mine else []
    found = [
        {"category": one, "facts": [fact for fact in facts_of(one, known) if is_missing(fact, contact)]} for one in mine
    ]
    return [one for one in found if one["facts"]]
