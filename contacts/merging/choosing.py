"""Which of both values goes on, field by field: what a person may choose, and what is taken where nobody chooses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contacts.choices import ContactKind, ListKind, PointKind
from contacts.models import Contact
from crm.customfields.definitions import definitions_of

KEPT, GONE = "kept", "gone"
LABEL = "contacts.contact"
CUSTOM, MAIN = "custom_", "main_"
MAIN_ADDRESS = f"{MAIN}address"
# a flag that belongs to its field goes with it
FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("name", "first_name", "last_name"),
    "external_id": ("external_id",),
    "organization": ("organization_id",),
    "parent": ("parent_id",),
    "owner": ("owner_id",),
    "team": ("team_id",),
    "territory": ("territory_id", "is_placed_by_hand"),
    "industry": ("industry",),
    "birthday": ("birthday",),
    "employees": ("employees",),
    "revenue": ("revenue",),
    "potential": ("potential",),
    "website": ("website",),
    "source": ("source",),
    "created_on": ("created_on",),
    "review_on": ("review_on",),
    "review_days": ("review_days",),
}
ONLY = {
    "organization": ContactKind.PERSON,
    "birthday": ContactKind.PERSON,
    "parent": ContactKind.ORGANIZATION,
    "employees": ContactKind.ORGANIZATION,
    "revenue": ContactKind.ORGANIZATION,
}


@dataclass(frozen=True)
class Field:
    """A field of which one value goes on. `read(contact)` is what is compared: nothing, where it is empty."""

    name: str
    read: Callable[[Contact], Any]


def fields_for(contact: Contact) -> list[Field]:
    """The fields of contacts of this kind, then the custom ones, then which way to reach them is the main one."""
    own = [
        Field(name, _reader(columns))
        for name, columns in FIELDS.items()
        if ONLY.get(name, contact.kind) == contact.kind
    ]
    custom = [Field(f"{CUSTOM}{one.key}", _custom_reader(one.key)) for one in definitions_of(LABEL)]
    ways = [Field(f"{MAIN}{kind}", _main_reader(kind)) for kind in PointKind.values]
    return [*own, *custom, *ways, Field(MAIN_ADDRESS, _address)]


def chosen_sides(kept: Contact, gone: Contact, wanted: dict[str, str]) -> dict[str, str]:
    """For each field from which contact its value is taken: as somebody chose, else as `side_by_default` says."""
    sides = {}
    for field in fields_for(kept):
        side = wanted.get(field.name)
        sides[field.name] = side if side in (KEPT, GONE) else side_by_default(field, kept, gone)
    return sides


def side_by_default(field: Field, kept: Contact, gone: Contact) -> str:
    """The one that is filled; of two, the one of the contact that was looked over later, else that of the one that is
    kept. Since when they are known: the earlier day."""
    mine, theirs = field.read(kept), field.read(gone)
    if not _is_filled(mine):
        return GONE if _is_filled(theirs) else KEPT
    if not _is_filled(theirs) or mine == theirs:
        return KEPT
    if field.name == "created_on":
        return GONE if theirs < mine else KEPT
    if field.name == "external_id" or field.name.startswith(MAIN):
        return KEPT
    return GONE if _reviewed(gone) > _reviewed(kept) else KEPT


def values_for(kept: Contact, gone: Contact, sides: dict[str, str]) -> dict[str, Any]:
    """The columns of the contact that goes on, but for custom fields and the external id. What both have of a list is
    put together; the stricter word on where they come from counts."""
    values: dict[str, Any] = {}
    for name, columns in FIELDS.items():
        if name != "external_id" and sides.get(name) == GONE:
            values |= {column: getattr(gone, column) for column in columns}
    for column in ("organization_id", "parent_id"):
        if values.get(column, getattr(kept, column)) in (kept.pk, gone.pk):
            values[column] = None
    values["tags"] = list(dict.fromkeys([*kept.tags, *gone.tags]))
    values["markets"] = sorted({*kept.markets, *gone.markets})
    values["list_kind"] = _strictest(kept.list_kind, gone.list_kind)
    days = [one.reviewed_on for one in (kept, gone) if one.reviewed_on]
    values["reviewed_on"] = max(days) if days else None
    return values


def _strictest(one: str, other: str) -> str:
    return ListKind.COMPILED if ListKind.COMPILED in (one, other) else one or other


def _is_filled(value: Any) -> bool:
    return value is not None and value not in ("", [], (None, False))


def _reviewed(contact: Contact) -> dt.date:
    return contact.reviewed_on or dt.date.min


def _reader(columns: tuple[str, ...]) -> Callable[[Contact], Any]:
    return lambda contact: getattr(contact, columns[0])


def _custom_reader(key: str) -> Callable[[Contact], Any]:
    return lambda contact: contact.custom.get(key)


def _main_reader(kind: str) -> Callable[[Contact], Any]:
    def read(contact: Contact) -> str:
        points = [point for point in contact.points.all() if point.kind == kind]
        return next((point.normalised for point in points if point.is_primary), points[0].normalised if points else "")

    return read


def _address(contact: Contact) -> str:
    return next((str(one) for one in contact.addresses.all() if one.is_primary), "")
