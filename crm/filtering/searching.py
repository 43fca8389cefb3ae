"""Search in a list: every word is somewhere in the record's `search_text`; a short one is a prefix of its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from crm.catalogue import fields_of
from crm.choices import FieldType
from crm.customfields.definitions import definitions_of
from crm.field_rights import hidden_specs
from crm.filtering.digits import holds_number
from crm.filtering.folding import folded

if TYPE_CHECKING:
    from crm.models import User

SHORTEST_PART = 3
MOST_WORDS = 8
MOST_CUSTOM = 30
WHOLE = re.compile(r"^\d{1,15}$")
PHONE = re.compile(r"^[\d\s()+./-]+$")


def search_condition(text: str, prefix: str = "", *, names_only: bool = False) -> Q:
    """The condition that a typed text means; `prefix` leads to the record that is searched (`contact__`).

    Under three characters only names that begin with it are found. A number with blanks and signs in it is looked for
    as a phone number too, without its leading zeros, so that `0113 496 0188` finds `+44 113 496 0188`. `names_only`:
    a word counts only where the name has it (`search_text` has the name too, and the index).
    """
    text = " ".join(text.split())
    if len(text) < SHORTEST_PART:
        return Q(**{f"{prefix}sort_name__startswith": folded(text)})
    condition = Q()
    for word in text.split()[:MOST_WORDS]:
        condition &= Q(**{f"{prefix}search_text__contains": folded(word)}) & holds_number(f"{prefix}search_text", word)
        if names_only:
            condition &= Q(**{f"{prefix}sort_name__contains": folded(word)})
    if names_only:
        return condition
    if (digits := digits_of(text)) and digits != text:
        condition |= Q(**{f"{prefix}search_text__contains": digits}) & holds_number(f"{prefix}search_text", digits)
    return condition


def has_words(path: str, text: str) -> Q:
    """The condition that a folded text has every typed word; `path` leads to it (`search_text`, `name__fold`)."""
    found = Q()
    for word in text.split()[:MOST_WORDS]:
        found &= Q(**{f"{path}__contains": folded(word)})
    return found


def digits_of(text: str) -> str:
    """What is looked for where the text may be a phone number: its digits without leading zeros; empty where it is
    none. `+49 (0)30 901820`, `0049 30 901820` and `030 901820` all lie within 4930901820.
    """
    digits = re.sub(r"\D", "", text.replace("(0)", "")).lstrip("0") if PHONE.match(text) else ""
    return digits if len(digits) >= SHORTEST_PART else ""


def search_rows(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Rows of a model with `sort_name` and `search_text` that the typed text finds; all for an empty text. Where
    something that is searched is hidden from `user`, only names are. Custom fields are found by their whole value."""
    if not text.strip():
        return rows
    label = rows.model._meta.label_lower
    found = search_condition(text, names_only=finds_names_only(user, label))
    return rows.filter(found | custom_condition(text, user, label))


def custom_condition(text: str, user: User | None, label: str) -> Q:
    """Records with a custom field that is exactly what is typed: a number of theirs, a code, a web address."""
    hidden, typed = hidden_specs(user, label), text.strip()
    found = Q()
    for one in definitions_of(label)[:MOST_CUSTOM]:
        if one.name in hidden or len(typed) < SHORTEST_PART:
            continue
        if one.type in (FieldType.TEXT, FieldType.URL, FieldType.CHOICE):
            found |= Q(custom__contains={one.key: typed})
        elif one.type == FieldType.NUMBER and WHOLE.match(typed):
            found |= Q(custom__contains={one.key: int(typed)})
    return found


def finds_names_only(user: User | None, label: str) -> bool:
    """Whether a field that the search of a model looks into is hidden from this person."""
    hidden = hidden_specs(user, label)
    return any(spec.searched and spec.name in hidden for spec in fields_of(label))
