"""Custom fields as fields of lists: columns, filters, exports. Keys and values reach SQL as parameters only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Case, DateField, DecimalField, F, Func, JSONField, Q, TextField, Value, When
from django.db.models.functions import Cast, NullIf
from django.db.models.lookups import (
    Contains,
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
    Regex,
    StartsWith,
)
from django.utils.html import format_html

from crm.catalogue import FieldSpec
from crm.choices import FieldType
from crm.company import current_company
from crm.customfields.definitions import Definition, definitions_of
from crm.filtering.folding import Fold, folded
from crm.templatetags import figures

if TYPE_CHECKING:
    from crm.models import User

GROUP = "Custom fields"
FIRST_PLACE = 200
KINDS = {
    FieldType.TEXT: "text",
    FieldType.URL: "text",
    FieldType.NUMBER: "number",
    FieldType.MONEY: "money",
    FieldType.DATE: "date",
    FieldType.CHOICE: "choice",
    FieldType.MULTI_CHOICE: "choice",
    FieldType.FLAG: "flag",
    FieldType.CONTACT: "link",
}
# a day that exists, of the years 1 to 9999: a cast of any other would fail, and PostgreSQL 15 cannot be asked before
DAY = (
    r"^(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|02-(0[1-9]|1[0-9]|2[0-8]))"
    r"|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$"
)
UNSEEN = "a contact that you do not see"


def custom_specs(label: str) -> tuple[FieldSpec, ...]:
    """The custom fields of a model as catalogue fields."""
    return _specs(definitions_of(label))


@lru_cache(maxsize=64)
def _specs(definitions: tuple[Definition, ...]) -> tuple[FieldSpec, ...]:
    return tuple(_spec(definition, place) for place, definition in enumerate(definitions))


def _spec(definition: Definition, place: int) -> FieldSpec:
    kind = FieldType(definition.type)
    is_link = kind is FieldType.CONTACT
    return FieldSpec(
        definition.name,
        definition.label,
        f"custom__{definition.key}",
        kind=KINDS[kind],
        group=GROUP,
        help=definition.help,
        choices=partial(_choices, definition) if definition.choices else None,
        order=FIRST_PLACE + place,
        value=partial(_linked_name, definition) if is_link else partial(value_of, definition),
        in_file=None if is_link else json_at(definition.key),
        cell=partial(_link, definition) if is_link else partial(_cell, definition) if kind in CELLS else None,
        along=partial(read_linked, definition) if is_link else None,
        condition=partial(condition, definition),
        compare=partial(compare, definition),
        grouped=_grouped(definition),
    )


def value_of(definition: Definition, record: Any) -> Any:
    """The stored value of a record; a day as a day; None where there is none or it is of another type."""
    return stored_value(definition, (record.custom or {}).get(definition.key))


def stored_value(definition: Definition, value: Any) -> Any:
    """What JSON holds as the value that it stands for."""
    if definition.type == FieldType.DATE and value is not None:
        try:
            return dt.date.fromisoformat(value)
        except (TypeError, ValueError):
            return None
    return value


def drawn(definition: Definition, value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return figures.NOTHING
    return CELLS.get(FieldType(definition.type), str)(value)


def _cell(definition: Definition, record: Any) -> str:
    return drawn(definition, value_of(definition, record))


def read_linked(definition: Definition, records: Sequence[Any], user: User | None) -> None:
    """The linked contacts that the person may see, kept with the records of a page; one query for all of them."""
    keys = {key for record in records if isinstance(key := value_of(definition, record), int)}
    contacts: Any = apps.get_model("contacts.contact")
    found = contacts.objects.visible_to(user).in_bulk(keys) if keys else {}
    for record in records:
        record.__dict__.setdefault("linked_contacts", {})[definition.key] = found.get(value_of(definition, record))


def _linked_name(definition: Definition, record: Any) -> str | None:
    if value_of(definition, record) is None:
        return None
    contact = getattr(record, "linked_contacts", {}).get(definition.key)
    return contact.name if contact is not None else UNSEEN


def _link(definition: Definition, record: Any) -> str:
    contact = getattr(record, "linked_contacts", {}).get(definition.key)
    if contact is None:
        return _linked_name(definition, record) or figures.NOTHING
    return format_html('<a href="{}">{}</a>', contact.get_absolute_url(), contact.name)


def _choices(definition: Definition) -> list[tuple[str, str]]:
    return [(choice, choice) for choice in definition.choices]


CELLS: dict[FieldType, Callable[[Any], str]] = {
    FieldType.NUMBER: figures.plain_number,
    FieldType.MONEY: lambda value: figures.money(value, current_company().currency),
    FieldType.MULTI_CHOICE: ", ".join,
    FieldType.DATE: figures.full_day,
    FieldType.FLAG: lambda value: "yes" if value else "no",
}


def json_at(key: str) -> Func:
    """The value under a key, as JSON; a key of digits is a key, too."""
    return Func(F("custom"), Value(key), function="jsonb_extract_path", output_field=JSONField())


def text_at(key: str) -> Func:
    return Func(F("custom"), Value(key), function="jsonb_extract_path_text", output_field=TextField())


def _grouped(definition: Definition) -> Any:
    """The value as SQL for reports: a text, a number, a day; None for links and lists, which are no one value."""
    kind = FieldType(definition.type)
    if kind in (FieldType.MULTI_CHOICE, FieldType.CONTACT):
        return None
    text = NullIf(text_at(definition.key), Value(""), output_field=TextField())
    cast: Any = DateField() if kind is FieldType.DATE else DecimalField(max_digits=1000, decimal_places=18)
    if kind not in (FieldType.NUMBER, FieldType.MONEY, FieldType.DATE):
        return text
    stored = "string" if kind is FieldType.DATE else "number"
    is_fitting = Q(Exact(Func(json_at(definition.key), function="jsonb_typeof", output_field=TextField()), stored))
    if kind is FieldType.DATE:
        is_fitting &= Q(Regex(text, Value(DAY)))
    return Case(When(is_fitting, then=Cast(text, cast)), output_field=cast)


def condition(definition: Definition, end: str, value: Any) -> Q:
    """What a filter asks for: `end` is min or max for a range, else empty."""
    key, kind = definition.key, FieldType(definition.type)
    if end:
        compare = GreaterThanOrEqual if end == "min" else LessThanOrEqual
        if kind is FieldType.DATE:
            return Q(compare(text_at(key), Value(value.isoformat(), output_field=TextField())))
        number = int(value) if value == value.to_integral_value() else float(value)
        return Q(compare(json_at(key), Value(number, output_field=JSONField())), custom__has_key=key)
    if kind is FieldType.FLAG:
        return Q(custom__contains={key: value == "yes"})
    if kind is FieldType.CONTACT:
        return Q(custom__contains={key: int(value)})
    if kind in (FieldType.CHOICE, FieldType.MULTI_CHOICE):
        asked = Q()
        for one in value:
            asked |= Q(custom__contains={key: [one] if kind is FieldType.MULTI_CHOICE else one})
        return asked
    return Q(Contains(Fold(text_at(key)), folded(value)))


COMPARISONS = {
    "gt": GreaterThan,
    "gte": GreaterThanOrEqual,
    "lt": LessThan,
    "lte": LessThanOrEqual,
    "exact": Exact,
}
TEXT_COMPARISONS = {"contains": Contains, "startswith": StartsWith, "same": Exact}


def compare(definition: Definition, look_up: str, value: Any) -> Q:
    """One comparison of a filter tree with the stored value."""
    key = definition.key
    if look_up in ("empty", "isnull"):
        has_none = ~Q(custom__has_key=key)
        return has_none if look_up == "empty" or value else Q(custom__has_key=key)
    if look_up == "exact" and isinstance(value, str):
        return Q(Exact(text_at(key), value))
    if look_up in TEXT_COMPARISONS:
        return Q(TEXT_COMPARISONS[look_up](Fold(text_at(key)), folded(value)))
    if look_up == "in":
        return condition(definition, "", value)
    if isinstance(value, bool):
        return condition(definition, "", "yes" if value else "no")
    if isinstance(value, dt.date):
        return Q(COMPARISONS[look_up](text_at(key), Value(value.isoformat(), output_field=TextField())))
    number = int(value) if value == value.to_integral_value() else float(value)
    return Q(COMPARISONS[look_up](json_at(key), Value(number, output_field=JSONField())), custom__has_key=key)
