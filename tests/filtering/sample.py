"""A few dozen contacts with gaps in everything, and random trees about them."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from contacts.models import Contact
from crm.models import CustomField, User
from tests import factories as make
from tests.filtering.brute import TODAY

CITIES, INDUSTRIES, TAGS, FAMILIES = (
    ("Leeds", "Lyon", ""),
    ("Wood", "wooden toys", "Steel", ""),
    ("vip", "fair", "north"),
    ("Chairs", "Lamps"),
)
FIELDS: tuple[tuple[str, str, list[str]], ...] = (
    ("size", "number", []),
    ("plan", "choice", ["Gold", "Silver"]),
    ("renewal", "date", []),
)


def fill(owner: User, number: int = 40) -> None:
    """Contacts of two owners and none, some archived nowhere, with orders of the last year."""
    dice = random.Random(5)
    for key, kind, choices in FIELDS:
        CustomField.objects.create(model="contacts.contact", key=key, label=key.title(), type=kind, choices=choices)
    other = make.make_user()
    products = [make.make_product(family=family) for family in FAMILIES]
    works_at = make.make_contact(name="Woodworks", kind="organization")
    for place in range(number):
        emails = (f"c{place}@example.com",) if dice.random() < 0.6 else ()
        contact = make.make_contact(
            name=f"{dice.choice(('Ada', 'Bo', 'Åse'))} {place:02}",
            emails=emails,
            city=dice.choice(CITIES),
            owner=dice.choice((owner, other, None)),
            industry=dice.choice(INDUSTRIES),
            employees=dice.choice((None, 0, 3, 50)),
            birthday=dice.choice((None, dt.date(1980, 5, 1))),
            created_on=TODAY - dt.timedelta(days=dice.choice((0, 30, 31, 90, 91, 400))),
            tags=dice.sample(TAGS, dice.randrange(3)),
            organization=dice.choice((works_at, None)),
            source=dice.choice(("fair", "")),
            custom=_custom(dice),
        )
        for _ in range(dice.randrange(4)):
            _order(contact, dice, products)


def _custom(dice: random.Random) -> dict[str, Any]:
    every = {"size": dice.choice((1, 2.5, 40)), "plan": dice.choice(("Gold", "Silver")), "renewal": "2026-03-05"}
    return {key: value for key, value in every.items() if dice.random() < 0.6}


def _order(contact: Contact, dice: random.Random, products: list[Any]) -> None:
    day = TODAY - dt.timedelta(days=dice.choice((0, 1, 30, 89, 90, 91, 200)))
    is_return = dice.random() < 0.2
    amount = Decimal(dice.choice((5, 10, 250))) * (-1 if is_return else 1)
    line = {"quantity": -1 if is_return else 1, "amount": amount, "product": dice.choice((*products, None))}
    moment = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    make.make_order(contact, ordered_at=moment, ordered_on=day, lines=(line,))


empty = st.tuples(st.sampled_from(("empty", "not_empty")), st.none())


def of(fields: tuple[str, ...], *asked: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Leaves that ask one of these fields in one of these ways."""
    return st.builds(_leaf, st.sampled_from(fields), st.one_of(*asked))


def chosen(*values: str) -> st.SearchStrategy[Any]:
    return st.tuples(st.sampled_from(("any", "not_any")), st.lists(st.sampled_from(values), min_size=1, max_size=2))


def trees(owner: User) -> st.SearchStrategy[dict[str, Any]]:
    """Nodes of random trees in their JSON form."""
    span = st.builds(lambda count: {"count": count, "unit": "day"}, st.sampled_from((1, 30, 90, 399)))
    unit, day = st.sampled_from(("month", "quarter")), st.sampled_from(("2026-03-05", "2025-12-31", "2026-03-31"))
    days = st.one_of(
        st.tuples(st.sampled_from(("in_last", "more_than_ago")), span),
        st.tuples(st.sampled_from(("this", "previous")), unit),
        st.tuples(st.sampled_from(("from", "until")), day),
        st.tuples(st.just("between"), st.just(["2026-01-01", "2026-03-05"])),
    )
    numbers = st.tuples(
        st.sampled_from(("over", "at_least", "at_most", "under", "is")), st.sampled_from((-5, 0, 1, 2, 3, 10, 250))
    )
    texts = st.tuples(
        st.sampled_from(("contains", "is", "starts", "not_contains", "not_is")),
        st.sampled_from(("wood", "WOOD", "a", "Åse", "Leeds", "%", "example")),
    )
    tags = st.tuples(
        st.sampled_from(("any", "all", "not_any")), st.lists(st.sampled_from(TAGS), min_size=1, max_size=2)
    )
    leaf = st.one_of(
        of(("name", "industry", "source", "organization", "city", "email"), texts, empty),
        of(("employees", "custom_size"), numbers, empty),
        of(("birthday", "created_on", "orders_last", "orders_first", "custom_renewal"), days, empty),
        of(("owner",), chosen(str(owner.pk)), empty),
        of(("kind",), chosen("person", "organization")),
        of(("bought_family",), chosen(*FAMILIES), empty),
        of(("custom_plan",), chosen("Gold", "Silver"), empty),
        of(("tags",), tags, empty),
        st.builds(_within, of(("orders_count", "orders_sum"), numbers), st.one_of(st.none(), days)),
    )
    return joined(leaf)


def joined(leaf: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Trees of such leaves."""
    return st.recursive(
        leaf,
        lambda node: st.one_of(
            st.builds(
                lambda join, parts: {join: parts},
                st.sampled_from(("all", "any")),
                st.lists(node, min_size=1, max_size=3),
            ),
            st.builds(lambda part: {"not": part}, node),
        ),
        max_leaves=6,
    )


def _leaf(field: str, asked: tuple[str, Any]) -> dict[str, Any]:
    return {"field": field, "op": asked[0]} | ({"value": asked[1]} if asked[1] is not None else {})


def _within(leaf: dict[str, Any], window: tuple[str, Any] | None) -> dict[str, Any]:
    return leaf | ({"within": {"op": window[0], "value": window[1]}} if window else {})
