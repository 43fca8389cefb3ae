"""How the demo's people work in their lists: custom fields of the house, views that they share, a layout for reps."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db import connection
from psycopg.types.json import Jsonb

from crm.choices import FieldType, Role
from crm.demo.house import Batch, Fill, House
from crm.models import CustomField, Layout, SavedView, User

LABEL = "contacts.contact"
WORKSHOPS = 600  # organizations of the first batch, at the most, whose workshop somebody has looked at
WOODS = ("Oak", "Ash", "Maple", "Walnut", "Aluminium")
MACHINES = ("Mitre saw", "Underpinner", "Mount cutter", "Vacuum press")
DAY = np.timedelta64(1, "D")
FIELDS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("workshop_area", "Workshop (m²)", FieldType.NUMBER, {"help": "As the rep saw it on the last visit."}),
    ("favourite_wood", "Buys mostly", FieldType.CHOICE, {"choices": list(WOODS)}),
    ("machines", "Machines", FieldType.MULTI_CHOICE, {"choices": list(MACHINES)}),
    ("showroom", "Showroom", FieldType.FLAG, {"help": "Do their customers choose mouldings there?"}),
    ("catalogue_visit", "Next catalogue visit", FieldType.DATE, {}),
    ("credit_line", "Credit line", FieldType.MONEY, {}),
)
REPS_FIRST = (
    {"title": "On a visit", "items": [{"name": name, "wide": False} for name in (
        "reach", "address", "organization", "owner", "custom_workshop_area", "custom_favourite_wood", "custom_machines",
        "custom_catalogue_visit", "custom_credit_line",
    )]},
)  # fmt: skip
UPDATE_SQL = """
UPDATE contacts_contact AS c SET custom = c.custom || given.custom
FROM unnest(%s::bigint[], %s::jsonb[]) AS given(id, custom) WHERE c.id = given.id
"""


def load(house: House) -> Fill | None:
    """Make the fields, views and the layout; the function that gives values to the first batch. A house that has custom
    fields of its own keeps them alone."""
    if CustomField.objects.exists():
        return None
    for place, (key, label, kind, more) in enumerate(FIELDS, start=1):
        CustomField.objects.create(model=LABEL, key=key, label=label, type=kind, position=place, **more)
    _views(house)
    Layout.objects.create(place=f"{LABEL}:side", role=Role.REP, blocks=list(REPS_FIRST), hidden=["external_id"])
    return fill


def fill(batch: Batch) -> None:
    if batch.number or batch.book is None:
        return
    book, rng = batch.book, batch.rng("workshops")
    firms = rng.permutation(np.flatnonzero(book.is_organization))[:WORKSHOPS]
    values = [_workshop(rng, batch.house) for _ in firms]
    with connection.cursor() as cursor:
        cursor.execute(UPDATE_SQL, [[int(key) for key in book.id[firms]], [Jsonb(one) for one in values]])


def _workshop(rng: np.random.Generator, house: House) -> dict[str, Any]:
    """What is known of one workshop: seldom everything."""
    count = int(rng.integers(1, len(MACHINES) + 1))
    known: dict[str, Any] = {
        "workshop_area": int(rng.integers(4, 60)) * 5,
        "favourite_wood": WOODS[int(rng.integers(len(WOODS)))],
        "machines": [MACHINES[at] for at in sorted(rng.permutation(len(MACHINES))[:count])],
        "showroom": bool(rng.random() < 0.4),
        "catalogue_visit": str(np.datetime64(house.end) + int(rng.integers(3, 120)) * DAY),
        "credit_line": int(rng.integers(2, 40)) * 500,
    }
    return {key: value for key, value in known.items() if rng.random() < 0.7}


def _views(house: House) -> None:
    """Views of the head of sales and of marketing, shared with everybody below."""
    owner = next(iter(house.with_role(Role.MANAGER)), None)
    if owner is None:
        return
    top = User.objects.get(pk=owner.id).team
    for name, filter_, columns, sort in VIEWS:
        SavedView.objects.create(
            list_name=LABEL,
            name=name,
            owner_id=owner.id,
            team=top,
            filter={"version": 1, "where": filter_},
            columns=["name", *columns],
            sort=sort,
        )


def _is(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op} if value is None else {"field": field, "op": op, "value": value}


VIEWS: tuple[tuple[str, dict[str, Any], tuple[str, ...], str], ...] = (
    (
        "Catalogue visits",
        {"all": [_is("custom_catalogue_visit", "in_next", {"count": 30, "unit": "day"})]},
        ("place", "owner", "custom_catalogue_visit", "custom_favourite_wood", "custom_workshop_area"),
        "name",
    ),
    (
        "Without an owner",
        {"all": [_is("owner", "any", ["none"]), _is("kind", "any", ["organization"])]},
        ("place", "industry", "team", "created_on"),
        "name",
    ),
    (
        "Workshops with a showroom",
        {"all": [_is("custom_showroom", "is", "yes"), _is("custom_workshop_area", "at_least", 100)]},
        ("place", "owner", "custom_machines", "custom_credit_line"),
        "name",
    ),
)
