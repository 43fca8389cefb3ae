"""A custom field of another type: all stored values become values of it, or nothing changes and misfits are told."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from psycopg import sql

from crm.choices import FieldType
from crm.customfields.counting import stored_values, table_of
from crm.customfields.definitions import Definition
from crm.customfields.values import clean_value
from crm.languages.refusing import refused
from crm.templatetags.figures import plural

SHOWN_MISFITS = 3


def convert_values(label: str, before: Definition, after: Definition) -> int:
    """Make the stored values of `before` values of `after`; how many records were written.

    Raises ValidationError that counts the records whose value does not fit and names some; nothing is changed then.
    """
    pairs, misfits = [], []
    for value, count in stored_values(label, before.key):
        try:
            new = clean_value(after, _moved(before, after, value))
        except ValidationError:
            misfits.append((value, count))
            continue
        if new != value or isinstance(new, bool) != isinstance(value, bool):
            pairs.append((value, new))
    if misfits:
        raise ValidationError(_said(before, after, misfits))
    return _write(label, before.key, pairs)


def refuse_twins(label: str, definition: Definition) -> None:
    """Raise where values of a field that is to be unique stand in several records."""
    twins = [(value, count) for value, count in stored_values(label, definition.key) if count > 1]
    if twins:
        records = sum(count for _, count in twins)
        shown = ", ".join(f"“{_in_words(value)}” ({count:,} times)" for value, count in twins[:SHOWN_MISFITS])
        raise refused(
            "%(records)s share a value with another one: %(shown)s. Nothing was changed.",
            records=lambda: plural(records, "record"),
            shown=shown,
        )


def _moved(before: Definition, after: Definition, value: Any) -> Any:
    """A value on its way into another type; links to contacts fit no other type."""
    kinds = (FieldType(before.type), FieldType(after.type))
    if FieldType.CONTACT in kinds and kinds[0] is not kinds[1]:
        raise ValidationError("A link to a contact is nothing else.")
    if kinds[0] is kinds[1]:
        return value
    if isinstance(value, bool) and kinds[1] in (FieldType.NUMBER, FieldType.MONEY):
        return int(value)
    if isinstance(value, list) and kinds[1] is FieldType.CHOICE:
        if len(value) != 1:
            raise ValidationError("Several choices are not one.")
        return value[0]
    return _in_words(value)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _said(before: Definition, after: Definition, misfits: list[tuple[Any, int]]) -> str:
    count = sum(number for _, number in misfits)
    shown = ", ".join(f"“{_in_words(value)[:60]}”" for value, _ in misfits[:SHOWN_MISFITS])
    more = " …" if len(misfits) > SHOWN_MISFITS else ""
    kind = FieldType(after.type).label.lower()
    what = f"of the type “{kind}”" if after.type != before.type else "among the choices"
    verb = "is" if count == 1 else "are"
    return f"{plural(count, 'value')} {verb} not {what}: {shown}{more}. Nothing was changed."


def _write(label: str, key: str, pairs: list[tuple[Any, Any]]) -> int:
    if not pairs:
        return 0
    query = sql.SQL(
        "UPDATE {} t SET custom = CASE WHEN m.new = 'null'::jsonb THEN t.custom - %s"
        " ELSE jsonb_set(t.custom, ARRAY[%s], m.new) END"
        " FROM (SELECT a::jsonb AS old, b::jsonb AS new FROM unnest(%s::text[], %s::text[]) AS p(a, b)) m"
        " WHERE t.custom ? %s AND t.custom -> %s = m.old"
    )
    columns = [[json.dumps(value, ensure_ascii=False) for value in column] for column in zip(*pairs, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(query.format(table_of(label)), [key, key, *columns, key, key])
        return int(cursor.rowcount)
