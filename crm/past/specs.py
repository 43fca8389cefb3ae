"""The columns and filters of the audit page: of the log of intent and of the row history."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from crm.catalogue import FieldSpec
from crm.choices import RowOperation
from crm.models import LogEntry, RowChange
from crm.past.grouping import count_parts
from crm.past.naming import name_records
from crm.past.upkeep import kept_models
from crm.past.wording import model_of


def kind_name(label: str) -> str:
    """`contacts.contact` -> `Contact`."""
    try:
        words = str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label
    return words[:1].upper() + words[1:]


def kinds_of_records() -> list[tuple[str, str]]:
    """The kinds of records that the log may speak of."""
    models = {*kept_models(), *(model for model in apps.get_models() if hasattr(model, "access"))}
    labels = [model._meta.label_lower for model in models]
    return sorted(((label, kind_name(label)) for label in labels), key=lambda pair: pair[1])


def tables() -> list[tuple[str, str]]:
    """The tables whose rows are kept, by the name of their records."""
    found = [(model._meta.db_table, kind_name(model._meta.label_lower)) for model in kept_models()]
    return sorted(found, key=lambda pair: pair[1])


def row_words(change: RowChange) -> str:
    """`Contact 17 made, with 2 contact points`, `Address: 5,000 rows made`."""
    model = model_of(change.table_name)
    kind = kind_name(model._meta.label_lower) if model else change.table_name
    count = change.last_id - change.row_id + 1
    what = str(RowOperation(change.operation).label)
    with_words = getattr(change, "with_words", "")
    parts = f", with {with_words}" if with_words else ""
    return f"{kind} {change.row_id} {what}{parts}" if count == 1 else f"{kind}: {count:,} rows {what}{parts}"


def kind_of(entry: LogEntry) -> str:
    """The kind of record that an entry is about; empty where it is about none."""
    return kind_name(entry.model) if entry.model else ""


def record_of(entry: LogEntry) -> str:
    """What the entry's record is called, once `name_records` has read it."""
    return str(getattr(entry, "record_words", ""))


def verbs() -> list[tuple[str, str]]:
    """What the log speaks of, in the words of its rows."""
    names = LogEntry.objects.order_by("verb").values_list("verb", flat=True).distinct()
    return [(name, name) for name in names]


def _spec(name: str, label: str, path: str, **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path, always=True, **more)


JOB = _spec("job", "Job", "job", kind="record", column=False, order=60)
JOB_COLUMN = _spec("work", "By the job", "job__title", filter=False, select=("job",), default=True, order=55)
LOG_FIELDS = (
    _spec("summary", "What was done", "summary", filter=False, default=True, order=10),
    _spec("at", "When", "at", kind="moment", sort=True, default=True, order=20),
    _spec("actor", "Who", "actor", kind="person", select=("actor",), default=True, order=30),
    _spec("verb", "Verb", "verb", kind="choice", choices=verbs, order=40),
    _spec(
        "model",
        "Kind of record",
        "model",
        kind="choice",
        choices=kinds_of_records,
        default=True,
        order=41,
        value=kind_of,
    ),
    _spec("named", "Record", "object_id", filter=False, default=True, order=42, value=record_of, along=name_records),
    _spec("record", "Number of the record", "object_id", kind="id", order=43),
    _spec("contact", "Number of the contact", "contact_id", kind="id", column=False, order=44),
    JOB_COLUMN,
    JOB,
)
ROW_FIELDS = (
    _spec("what", "What happened", "id", filter=False, default=True, order=10, value=row_words, along=count_parts),
    _spec("at", "When", "at", kind="moment", sort=True, sort_by="id", default=True, order=20),
    _spec("actor", "Who", "actor", kind="person", select=("actor",), default=True, order=30),
    _spec("table", "Kind of record", "table_name", kind="choice", choices=tables, column=False, order=40),
    _spec(
        "operation", "Change", "operation", kind="choice", choices=lambda: RowOperation.choices, column=False, order=41
    ),
    JOB_COLUMN,
    JOB,
)
