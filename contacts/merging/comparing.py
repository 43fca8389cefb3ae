"""Two contacts side by side before they become one: field by field what each has, and how much hangs on each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, TextField, Value

from contacts.choices import PointKind
from contacts.merging.choosing import CUSTOM, GONE, LABEL, MAIN, MAIN_ADDRESS, Field, fields_for, side_by_default
from contacts.merging.keys import moved_keys
from contacts.models import Contact
from contacts.queries import UNSEEN_ORGANIZATION
from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.customfields.definitions import definitions_of
from crm.field_rights import hidden_fields, read_only_fields
from crm.models import User
from crm.templatetags.figures import full_day, number, plain
from crm.templatetags.figures import words as in_words

LABELS = {
    "external_id": "External id",
    "organization": "Works at",
    "parent": "Belongs to",
    "created_on": "Customer since",
    "review_on": "To be reviewed on",
    "review_days": "Reviewed every so many days",
    "main_email": "Main e-mail",
    MAIN_ADDRESS: "Main address",
}
# the names that rights know these by
STORED = {"main_email": "email", "main_phone": "phone", "main_handle": "handles", MAIN_ADDRESS: "street"}
KEPT_OF_BOTH = (
    ("emails", "E-mail", "email", PointKind.EMAIL),
    ("phones", "Phone", "phone", PointKind.PHONE),
    ("handles", "Social handles", "handles", PointKind.HANDLE),
)


@dataclass(frozen=True)
class Line:
    """A field of both contacts. `may_choose`: they differ, and this person may write it; `first` is the side (1 or 2)
    whose value is taken where nobody chooses, when the first contact goes on, `second` when the second does."""

    name: str
    label: str
    values: tuple[str, str]
    may_choose: bool = False
    first: str = "1"
    second: str = "2"


def lines_of(one: Contact, other: Contact, user: User) -> list[Line]:
    """The fields of which one value goes on, those that differ first; without those that are hidden from the person,
    and without those that both lack."""
    hidden, fixed = hidden_fields(user, Contact), read_only_fields(user, Contact)
    lines = []
    for field in fields_for(one):
        names = {field.name, STORED.get(field.name, field.name)}
        if names & hidden:
            continue
        values = _words(one, field, user), _words(other, field, user)
        if not any(values):
            continue
        differs = field.read(one) != field.read(other)
        if field.name.startswith(MAIN) and not all(values):
            continue
        lines.append(
            Line(
                field.name,
                label_of(field.name),
                values,
                may_choose=differs and not names & fixed,
                first="2" if side_by_default(field, one, other) == GONE else "1",
                second="1" if side_by_default(field, other, one) == GONE else "2",
            )
        )
    return sorted(lines, key=lambda line: not line.may_choose)


def kept_lines(one: Contact, other: Contact, user: User) -> list[Line]:
    """What is kept of both: the ways to reach them, addresses, tags."""
    hidden, both = hidden_fields(user, Contact), (one, other)
    lines = [
        Line(name, label, _joined([p.value for p in contact.points.all() if p.kind == kind] for contact in both))
        for name, label, right, kind in KEPT_OF_BOTH
        if right not in hidden
    ]
    if "street" not in hidden:
        lines.append(
            Line("addresses", "Addresses", _joined([str(a) for a in contact.addresses.all()] for contact in both))
        )
    if "tags" not in hidden:
        lines.append(Line("tags", "Tags", _joined(contact.tags for contact in both)))
    return [line for line in lines if any(line.values)]


def label_of(name: str) -> str:
    if name.startswith(CUSTOM):
        key = name.removeprefix(CUSTOM)
        return next((one.label for one in definitions_of(LABEL) if one.key == key), key)
    return LABELS.get(name) or in_words(name)


def what_hangs(one: Contact, other: Contact, user: User) -> list[tuple[str, int, int]]:
    """How many rows of each kind name either contact, as far as this person may see them: label, then the counts. One
    query for all kinds."""
    parts, found = [], dict[str, list[int]]()
    for key in moved_keys():
        rows: Any = key.of._default_manager.all()
        if not key.told or not hasattr(rows, "visible_to") or scope_of(user, key.of, Verb.VIEW) == Scope.NONE:
            continue
        found.setdefault(key.names[1], [0, 0])
        seen = rows.visible_to(user).filter(**key.where, **{f"{key.field}__in": (one.pk, other.pk)}).order_by()
        kind = Value(key.names[1], output_field=TextField())
        named = seen.values(told_as=kind, named=F(key.field)).annotate(count=Count("pk"))
        parts.append(named.values_list("told_as", "named", "count"))
    for label, pk, count in parts[0].union(*parts[1:], all=True) if parts else ():
        found[label][0 if pk == one.pk else 1] += count
    return [
        (label[:1].upper() + label[1:], first, second) for label, (first, second) in found.items() if first or second
    ]


def _joined(values: Iterable[Iterable[str]]) -> tuple[str, str]:
    first, second = (", ".join(one) for one in values)
    return first, second


def _words(contact: Contact, field: Field, user: User) -> str:
    if field.name in ("organization", "parent"):
        related: Contact | None = getattr(contact, field.name)
        if related is None:
            return ""
        seen = Contact.objects.visible_to(user).filter(pk=related.pk).exists()
        return related.name if seen else UNSEEN_ORGANIZATION
    if field.name in ("owner", "team", "territory"):
        return str(getattr(contact, field.name) or "")
    if field.name.startswith(MAIN) and field.name != MAIN_ADDRESS:
        kind = field.name.removeprefix(MAIN)
        points = [point for point in contact.points.all() if point.kind == kind]
        return next((point.value for point in points if point.is_primary), points[0].value if points else "")
    return _text(field.read(contact))


def _text(value: Any) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return full_day(value)
    if isinstance(value, int | float | Decimal):
        return str(number(value))
    return ", ".join(map(str, value)) if isinstance(value, list) else plain(value)
