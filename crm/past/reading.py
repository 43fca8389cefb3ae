"""Reads of the row history: rows with what they became, the past of one record, what one action changed."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import CharField, Model, Q, QuerySet, Value
from psycopg import sql

from crm.catalogue import past_rule
from crm.choices import RowOperation
from crm.models import LogEntry, RowChange, User
from crm.past.naming import records_named
from crm.past.upkeep import kept_models
from crm.past.wording import FieldChange, Row, Wording
from crm.primary_keys import key_in

MOST_MADE = 20  # of the rows that one statement made, so many are told one by one
MOST_TOLD = 100
MORE_PARTS = 1000

BECAME_SQL = """
SELECT k.change_id, k.row_id, later.was
FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS k (change_id, table_name, row_id)
CROSS JOIN LATERAL (
    SELECT was FROM crm_rowchange AS n
    WHERE n.table_name = k.table_name AND n.row_id = k.row_id AND n.id > k.change_id AND n.operation <> 'I'
    ORDER BY n.id LIMIT 1
) AS later
"""
MADE_SQL = """
SELECT made.id FROM unnest(%s::text[], %s::bigint[]) AS k (table_name, row_id)
CROSS JOIN LATERAL (
    SELECT id, last_id FROM crm_rowchange AS m
    WHERE m.table_name = k.table_name AND m.operation = 'I' AND m.row_id <= k.row_id
    ORDER BY m.row_id DESC, m.id DESC LIMIT 1
) AS made
WHERE made.last_id >= k.row_id
"""


@dataclass(frozen=True)
class Told:
    """One row's change in words. `name` says which row; `fields` are empty where many rows were made at once."""

    change: RowChange
    row_id: int
    name: str
    fields: list[FieldChange]

    @property
    def verb(self) -> str:
        return str(RowOperation(self.change.operation).label)


@dataclass(frozen=True)
class Event:
    """What happened to a record at one moment: who, by which job, the sentence of the log, the rows and fields."""

    at: dt.datetime
    actor: User | None
    job: Any
    title: str
    told: list[Told]


def tell(changes: Sequence[RowChange], user: User | None, only: set[tuple[str, int]] | None = None) -> list[Told]:
    """The changes in words that this person may read, in the given order. `only` narrows rows made at once to these."""
    pairs = [(change, row_id) for change in changes for row_id in _rows_of(change, only)]
    became = _became(pairs)
    states = [(change, row_id, change.was, became.get((change.pk, row_id))) for change, row_id in pairs]
    wording = Wording(user, [(change.table_name, was, now) for change, _, was, now in states])
    found = []
    for change, row_id, was, now in states:
        if not wording.may_read(change.table_name, was or now):
            continue
        fields = wording.changes(change.table_name, was, now) if row_id else []
        if fields or change.operation != RowOperation.UPDATE:
            found.append(Told(change, row_id, _name(wording, change, row_id, now or was), fields))
    return found


def past_of(record: Model, user: User | None, before: dt.datetime | None = None) -> tuple[list[Event], bool]:
    """What happened to a record and its parts, and to those that went into it, before a moment, newest first; and
    whether there is more."""
    joined = past_rule(record._meta.label_lower).joined
    keys = [record.pk, *(joined(record.pk) if joined else ())]
    rows, only = _rows_about(type(record), keys)
    entries = LogEntry.objects.filter(model=record._meta.label_lower, object_id__in=keys)
    if before:
        rows, entries = rows.filter(at__lt=before), entries.filter(at__lt=before)
    changes = list(rows.select_related("actor", "job").order_by("-at", "-id")[: MOST_TOLD + 1])
    logged = list(entries.select_related("actor", "job").order_by("-at", "-id")[: MOST_TOLD + 1])
    has_more = len(changes) > MOST_TOLD or len(logged) > MOST_TOLD
    return _events(tell(changes[:MOST_TOLD], user, only), logged[:MOST_TOLD]), has_more


def rows_with(entry: LogEntry) -> QuerySet[RowChange]:
    """The rows that were written in the same request, command or job as an entry of the log."""
    rows: QuerySet[RowChange] = RowChange.objects.select_related("actor", "job")
    if entry.request_id:
        return rows.filter(request_id=entry.request_id)
    return rows.filter(job=entry.job_id) if entry.job_id else rows.none()


def search_log(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Entries about the record, or the contact, of this number; about the records that a name may mean."""
    if not text.strip():
        return rows
    if not is_number(text):
        found = Q(pk__in=[])
        for model, keys in records_named(text.strip(), user):
            found |= Q(model=model._meta.label_lower, object_id__in=keys)
        return rows.filter(found)
    return rows.filter(Q(object_id=int(text)) | Q(contact_id=int(text)))


def search_changes(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Changes of rows with this number, of all tables; of the records that a name may mean, and of their parts."""
    if not text.strip():
        return rows
    if not is_number(text):
        return rows.filter(_about_named(text.strip(), user))
    tables = [model._meta.db_table for model in kept_models()]
    made = _made({(table, int(text)) for table in tables})
    return rows.filter(Q(table_name__in=tables, row_id=int(text)) | Q(pk__in=made))


def _about_named(text: str, user: User | None) -> Q:
    found = Q(pk__in=[])
    for model, keys in records_named(text, user):
        table = model._meta.db_table
        found |= Q(table_name=table, row_id__in=keys) | Q(pk__in=_made({(table, key) for key in keys}))
        for part, _ in _parts_of(model):
            found |= Q(table_name=part._meta.db_table, parent_id__in=keys)
    return found


def is_number(text: str) -> bool:
    """Whether a text can be the number of a row."""
    return key_in(text.strip()) is not None


def _rows_of(change: RowChange, only: set[tuple[str, int]] | None) -> Iterable[int]:
    """The rows of a change to tell of one by one; 0 stands for all of a great many that were made at once."""
    if change.operation != RowOperation.INSERT:
        return (change.row_id,)
    if only is not None:
        return [key for table, key in only if table == change.table_name and change.row_id <= key <= change.last_id]
    count = change.last_id - change.row_id + 1
    return range(change.row_id, change.last_id + 1) if count <= MOST_MADE else (0,)


def _name(wording: Wording, change: RowChange, row_id: int, row: Row | None) -> str:
    if row_id:
        return wording.name_of(change.table_name, row or {"id": row_id})
    count = change.last_id - change.row_id + 1
    return f"{wording.name_of(change.table_name, {})}: {count:,} rows, numbers {change.row_id} to {change.last_id}"


def _became(pairs: Sequence[tuple[RowChange, int]]) -> dict[tuple[int, int], Row]:
    """What each row became: as its next change found it, else as it stands now."""
    asked = [(change.pk, change.table_name, row_id) for change, row_id in pairs if row_id and change.operation != "D"]
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(BECAME_SQL, [list(part) for part in zip(*asked, strict=True)])
        found: dict[tuple[int, int], Row] = {(change_id, row_id): _json(was) for change_id, row_id, was in cursor}
    rest: dict[str, set[int]] = defaultdict(set)
    for change_id, table, row_id in asked:
        if (change_id, row_id) not in found:
            rest[table].add(row_id)
    now = _rows_now(rest)
    for change_id, table, row_id in asked:
        if (change_id, row_id) not in found and (table, row_id) in now:
            found[change_id, row_id] = now[table, row_id]
    return found


def _rows_now(wanted: Mapping[str, set[int]]) -> dict[tuple[str, int], Row]:
    """The rows of these tables with these numbers, as they stand; one query."""
    kept = {model._meta.db_table for model in kept_models()}
    asked = [(table, list(keys)) for table, keys in wanted.items() if table in kept]
    if not asked:
        return {}
    query = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, id, to_jsonb(t) FROM {} AS t WHERE id = ANY({})").format(
            sql.Literal(table), sql.Identifier(table), sql.Literal(keys)
        )
        for table, keys in asked
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {(table, key): _json(row) for table, key, row in cursor}


def _rows_about(model: type[Model], keys: Sequence[int]) -> tuple[QuerySet[RowChange], set[tuple[str, int]]]:
    """The changes of records and of their parts, and which rows those are."""
    own, parts = model._meta.db_table, _parts_of(model)
    only = {*((own, key) for key in keys), *(_part_keys(parts, keys) if parts else ())}
    about = Q(table_name=own, row_id__in=keys)
    if parts:
        about |= Q(table_name__in=[part._meta.db_table for part, _ in parts], parent_id__in=keys)
    return RowChange.objects.filter(about & ~Q(operation=RowOperation.INSERT) | Q(pk__in=_made(only))), only


def _parts_of(model: type[Model]) -> list[tuple[type[Model], str]]:
    found = []
    for part in kept_models():
        rule = past_rule(part._meta.label_lower)
        if rule.is_part and any(
            f.column == rule.parent and f.related_model is model for f in part._meta.concrete_fields
        ):
            found.append((part, rule.parent))
    return found


def _part_keys(parts: Sequence[tuple[type[Model], str]], parents: Sequence[int]) -> set[tuple[str, int]]:
    """Table and number of the parts that are there, and of those that were; one query."""
    asked = [
        model._default_manager.filter(**{f"{column}__in": parents})
        .order_by()
        .annotate(place=Value(model._meta.db_table, CharField()))
        .values_list("place", "pk")[:MORE_PARTS]
        for model, column in parts
    ]
    tables = [model._meta.db_table for model, _ in parts]
    were = RowChange.objects.filter(table_name__in=tables, parent_id__in=parents).order_by()
    asked.append(were.values_list("table_name", "row_id").distinct()[: MORE_PARTS * len(parts)])
    return set(asked[0].union(*asked[1:]))


def _made(rows: set[tuple[str, int]]) -> list[int]:
    """The changes that made these rows (table, number)."""
    with connection.cursor() as cursor:
        cursor.execute(MADE_SQL, [list(part) for part in zip(*rows, strict=True)] if rows else [[], []])
        return [row[0] for row in cursor.fetchall()]


def _events(told: Sequence[Told], entries: Sequence[LogEntry]) -> list[Event]:
    """Changes of one request, or of one job and moment, with their sentence of the log; and what was only logged."""
    groups: dict[tuple[Any, ...], list[Told]] = defaultdict(list)
    for one in told:
        change = one.change
        groups[(change.request_id,) if change.request_id else (change.job_id, change.at)].append(one)
    by_request = {entry.request_id: entry for entry in entries if entry.request_id}
    by_job = {entry.job_id: entry for entry in entries if entry.job_id and not entry.request_id}
    used: set[int] = set()
    events = []
    for rows in groups.values():
        change = rows[0].change
        entry = by_request.get(change.request_id) or by_job.get(change.job_id or 0)
        used |= {entry.pk} if entry else set()
        title = entry.summary if entry else _title(rows)
        events.append(Event(change.at, change.actor, change.job, title, rows))
    events += [Event(one.at, one.actor, one.job, one.summary, []) for one in entries if one.pk not in used]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _title(rows: Sequence[Told]) -> str:
    """For a change that no action logged for this record, such as one of an import."""
    first = rows[-1]
    return f"{first.verb.capitalize()} by a job" if first.change.job_id else first.verb.capitalize()


def _json(value: Any) -> Row:
    """Raw cursors give documents as Django reads them: as text."""
    row: Row = json.loads(value) if isinstance(value, str) else value
    return row
