"""The segments that somebody can be responsible for, and the contacts of one."""

from __future__ import annotations

import json
from collections.abc import Iterator

from contacts.models import Contact, ContactQuerySet, Responsibility
from crm.catalogue import FieldSpec, fields_of
from crm.filtering.searching import search_rows
from crm.filtering.trees.asked import asked_tree
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import Condition, as_text
from crm.models import SavedView, Territory, User

LABEL = "contacts.contact"
TERRITORY, VIEW, FIELD = "territory", "view", "field"
Options = list[tuple[str, str]]


def choice_fields() -> Iterator[FieldSpec]:
    """Fields of contacts whose values are segments: RFM segment, level of use, kind, kind of list."""
    return (spec for spec in fields_of(LABEL) if spec.kind == "choice" and spec.choices and not spec.condition)


def segment_options(user: User) -> list[tuple[str, Options]]:
    """(group, options) for a select: territories, saved views that the person sees, values of fields of choices."""
    territories = Territory.objects.visible_to(user).order_by("name").values_list("pk", "name")
    views = SavedView.objects.shown_to(user, LABEL).values_list("pk", "name")
    groups: list[tuple[str, Options]] = [
        ("Territory", [(f"{TERRITORY}:{key}", name) for key, name in territories]),
        ("Saved view", [(f"{VIEW}:{key}", name) for key, name in views]),
    ]
    for spec in choice_fields():
        choices = spec.choices() if spec.choices else ()
        groups.append((spec.label, [(f"{FIELD}:{spec.name}:{value}", label) for value, label in choices]))
    return [(name, options) for name, options in groups if options]


def key_of(one: Responsibility) -> str:
    """The segment of a responsibility as the select names it."""
    if one.territory_id:
        return f"{TERRITORY}:{one.territory_id}"
    return f"{VIEW}:{one.view_id}" if one.view_id else f"{FIELD}:{one.field}:{one.value}"


def segment_fields(key: str) -> dict[str, object]:
    """The columns of a responsibility for a key of the select."""
    kind, _, rest = key.partition(":")
    field, _, value = rest.partition(":") if kind == FIELD else ("", "", "")
    return {
        "territory_id": int(rest) if kind == TERRITORY else None,
        "view_id": int(rest) if kind == VIEW else None,
        "field": field,
        "value": value,
    }


def label_of(one: Responsibility) -> str:
    """`Territory: North`, `RFM segment: champions`."""
    if one.territory_id:
        return f"Territory: {one.territory}"
    if one.view_id:
        return f"Saved view: {one.view}"
    spec = next((spec for spec in choice_fields() if spec.name == one.field), None)
    labels = dict(spec.choices()) if spec and spec.choices else {}
    return f"{spec.label if spec else one.field}: {labels.get(one.value, one.value)}"


def filter_of(one: Responsibility) -> str:
    """The filter of the contact list that shows the segment; empty for a territory."""
    if one.territory_id:
        return ""
    if one.view_id and one.view:
        return json.dumps(one.view.filter) if one.view.filter.get("where") else ""
    return as_text(Condition(one.field, "any", [one.value]))


def contacts_of(one: Responsibility) -> ContactQuerySet:
    """The current contacts of a segment; none where its filter cannot be asked any more."""
    rows: ContactQuerySet = Contact.objects.all()
    rows = rows.current()
    if one.territory_id and one.territory:
        return rows.filter(territory__in=one.territory.subtree_ids())
    asked = asked_tree(TreeList(LABEL, None), filter_of(one))
    words = one.view.words if one.view_id and one.view else ""
    return search_rows(asked.narrow(rows), words)  # type: ignore[return-value]
