"""Columns of a file that feed custom fields: those that are there, and those that the import makes.

For the rest of the engine a custom field is a field as any other, staged as JSON; only here and in the merge it has a
definition. A field is known by its key, so the same file finds its fields again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError

from crm.access import can
from crm.choices import FieldType, Verb
from crm.customfields.actions import add_fields
from crm.customfields.definitions import (
    Definition,
    definitions_of,
    free_key,
    key_of,
    takes_custom_fields,
    type_named,
)
from crm.customfields.values import clean_value
from crm.importing.dates import parse_date
from crm.importing.dialects import fold_name
from crm.importing.errors import UnreadableFile
from crm.importing.guessing import ColumnGuess, choices_of, guess_columns
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.mapping import ImportOptions, column_named, parse_template
from crm.importing.merging import Merge
from crm.importing.numbers import parse_number
from crm.importing.tables import Table
from crm.importing.values import Bad, Reading, ValueType, copy_escape, plain_text
from crm.models import CustomField, User

ALL = "*"
VALUE_TYPES = {
    FieldType.NUMBER: ValueType.DECIMAL,
    FieldType.MONEY: ValueType.DECIMAL,
    FieldType.DATE: ValueType.DATE,
}
NEW = "new:"


def staged_name(key: str) -> str:
    """The name of the field in the engine; a key that is no plain name of a column stands for itself by its hash."""
    return f"custom_{key if key.isascii() else hashlib.sha256(key.encode()).hexdigest()[:16]}"


def field_of(definition: Definition) -> ImportField:
    """A custom field as a field of an import."""
    return ImportField(
        staged_name(definition.key),
        definition.label,
        VALUE_TYPES.get(FieldType(definition.type), ValueType.TEXT),
        required=definition.is_required,
        synonyms=(definition.key,),
        help=definition.help,
        custom=definition,
    )


def custom_fields_of(kind: ImportKind) -> tuple[ImportField, ...]:
    """The custom fields that rows of this kind can have."""
    return tuple(field_of(definition) for definition in definitions_of(kind.custom_label))


def with_stored_fields(kind: ImportKind) -> ImportKind:
    """The kind with the custom fields that its model has now."""
    own = custom_fields_of(kind)
    return replace(kind, fields=(*kind.fields, *own)) if own else kind


@dataclass(frozen=True)
class _Wanted:
    """A column that is to feed a custom field; `type` None is to be guessed."""

    position: int
    key: str
    type: FieldType | None
    is_late: bool


def with_custom_fields(
    kind: ImportKind, options: ImportOptions, table: Table, max_rows: int | None = None
) -> tuple[ImportKind, ImportOptions]:
    """The kind with the custom fields of its model and those that the file brings, and the options that map them."""
    if not takes_custom_fields(kind.custom_label):
        if options.custom or options.late:
            raise UnreadableFile(f"{kind.label} take no custom fields.")
        return kind, options
    kind = replace(kind, fields=tuple(spec for spec in kind.fields if spec.custom is None))
    stored = {definition.key: definition for definition in definitions_of(kind.custom_label)}
    wanted = _wanted_columns(kind, options, table.columns, stored)
    if not stored and not wanted:
        return kind, options
    new = [one for one in wanted if one.key not in stored]
    changed = {one.position: {a: b for name, a, b in options.values if key_of(name) == one.key} for one in new}
    guesses = guess_columns(table, changed, options.nulls, max_rows) if new else {}
    made = {one.key: _made(one, table.columns[one.position], guesses[one.position]) for one in new}
    late = {one.key for one in wanted if one.is_late}
    known = {key: replace(one, is_late=True) if key in late else one for key, one in {**stored, **made}.items()}
    for one in wanted:
        _check_type(one, known[one.key])
    names = {key: staged_name(key) for key in known}
    pairs = tuple((table.columns[one.position], names[one.key]) for one in wanted)
    fields = (*kind.fields, *(field_of(definition) for definition in known.values()))
    return replace(kind, fields=fields), _renamed(kind, options, names, table.columns, pairs)


def _wanted_columns(
    kind: ImportKind, options: ImportOptions, columns: Sequence[str], stored: dict[str, Definition]
) -> list[_Wanted]:
    """The columns for custom fields in the order of the file, each with its key."""
    taken = _taken_columns(kind, options, columns)
    late = {column_named(column, columns) for column in options.late}
    types = {column_named(column, columns): _type(column, name) for column, name in options.custom if column != ALL}
    chosen = set(types) | late
    if any(column == ALL for column, _ in options.custom):
        chosen |= set(range(len(columns)))
    elif options.automatic:
        chosen |= {place for place, column in enumerate(columns) if key_of(column) in stored}
    found: list[_Wanted] = []
    for position in sorted((chosen - taken) | (set(types) - _mapped(options, columns))):
        key = free_key(columns[position], [one.key for one in found])
        found.append(_Wanted(position, key, types.get(position), position in late))
    return found


def _mapped(options: ImportOptions, columns: Sequence[str]) -> set[int]:
    return {column_named(column, columns) for column, _ in options.map if not column.startswith("#")}


def _taken_columns(kind: ImportKind, options: ImportOptions, columns: Sequence[str]) -> set[int]:
    """Columns that feed a field already: mapped, part of a template, or named like a field."""
    taken = _mapped(options, columns)
    for template in options.templates.values():
        taken |= {place for _, place in parse_template(template, columns) if place is not None}
    if options.automatic:
        fed = {name for _, name in options.map} | set(options.templates) | set(options.constants)
        named = {place: kind.by_name.get(fold_name(column)) for place, column in enumerate(columns)}
        taken |= {place for place, spec in named.items() if spec and spec.name not in fed}
    return taken


def _type(column: str, name: str) -> FieldType | None:
    if not name:
        return None
    found = type_named(name)
    if found is None:
        names = ", ".join(kind.value.replace("_", "/" if kind is FieldType.FLAG else "-") for kind in FieldType)
        raise UnreadableFile(f"There is no type “{name[:40]}” for the column “{column}”. The types are: {names}.")
    return found


def _made(wanted: _Wanted, column: str, guess: ColumnGuess) -> Definition:
    """The definition of a field that this import brings."""
    kind = wanted.type or guess.type
    choices = choices_of(guess) if kind in (FieldType.CHOICE, FieldType.MULTI_CHOICE) else ()
    if kind in (FieldType.CHOICE, FieldType.MULTI_CHOICE) and not choices:
        raise UnreadableFile(f"The column “{column}” has too many different values (or none) for a list of choices.")
    return Definition(wanted.key, column.strip()[:120] or wanted.key, kind, choices, is_late=wanted.is_late)


def _check_type(wanted: _Wanted, definition: Definition) -> None:
    if wanted.type is not None and wanted.type != definition.type:
        label = FieldType(definition.type).label.lower()
        raise UnreadableFile(f"The custom field “{definition.label}” is there already, with the type “{label}”.")


def _renamed(
    kind: ImportKind,
    options: ImportOptions,
    names: dict[str, str],
    columns: Sequence[str],
    pairs: tuple[tuple[str, str], ...],
) -> ImportOptions:
    """The options with custom fields by the names of the engine, however a person named them."""

    def name_of(text: str) -> str:
        is_known = kind.by_name.get(text) or kind.by_name.get(fold_name(text)) or text in names.values()
        return text if is_known else names.get(key_of(text), text)

    return replace(
        options,
        map=tuple((column, name_of(name)) for column, name in options.map) + pairs,
        templates={name_of(name): text for name, text in options.templates.items()},
        constants={name_of(name): text for name, text in options.constants.items()},
        values=tuple((name_of(name), old, new) for name, old, new in options.values),
    )


def json_parser(definition: Definition, reading: Reading) -> Callable[[str], str]:
    """The function that makes JSON of the texts of a column, valid by the one rule for custom fields."""
    kind = FieldType(definition.type)

    def parse(text: str) -> str:
        text = plain_text(text)
        value: object = text
        if kind in (FieldType.NUMBER, FieldType.MONEY):
            value = parse_number(text, reading.mark)
        elif kind is FieldType.DATE:
            value = parse_date(text, reading.order)
        if kind in VALUE_TYPES and isinstance(value, str):
            return Bad(value)
        if kind is not FieldType.CONTACT:  # contacts are found by their external ids while merging
            try:
                value = clean_value(definition, value)
            except ValidationError as error:
                return Bad(error.messages[0].removesuffix("."))
        return copy_escape(json.dumps(value, ensure_ascii=False))

    return parse


def store_definitions(actor: User | None, kind: ImportKind, given: frozenset[str]) -> None:
    """Make the custom fields that the file brings, and mark those that it says are late. Inside the import."""
    fed = [spec.custom for spec in kind.fields if spec.custom and spec.name in given]
    if all(one.pk is not None for one in fed) and not any(one.is_late for one in fed):
        return
    if any(one.pk is None for one in fed) and not can(actor, Verb.ADD, CustomField):
        names = ", ".join(f"“{one.label}”" for one in fed if one.pk is None)
        raise UnreadableFile(f"Only an administrator makes new custom fields: {names}.")
    try:
        add_fields(actor=actor, model=kind.custom_label, definitions=fed)
    except ValidationError as error:
        raise UnreadableFile(error.messages[0]) from error


def custom_of(merge: Merge, prefix: str = "s") -> str:
    """SQL: one JSON object of the custom values of a row, without those that are not given; empty where none is fed.

    Keys hold letters, digits and underscores only, names of columns are ASCII: both are safe in SQL.
    """
    fed = merge.custom
    pairs = [f"'{spec.custom.key}', {prefix}.{spec.name}" for spec in merge.fields if spec in fed and spec.custom]
    parts = [f"jsonb_build_object({', '.join(pairs[at : at + 40])})" for at in range(0, len(pairs), 40)]
    return f"jsonb_strip_nulls({' || '.join(parts)})" if parts else ""
