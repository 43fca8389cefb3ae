"""All data of one person, table by table, and what the rows were before they were changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, Model
from django.utils.text import capfirst

from contacts.models import Contact
from contacts.privacy.people import person_of
from contacts.privacy.tables import Person, PersonalTable, personal_tables
from crm.models import RowChange, StoredFile
from crm.past.upkeep import kept_models

MOST_CHANGES = 5_000


@dataclass(frozen=True)
class Section:
    """The rows of one table: `labels` by the name of a field, and each row's values by it, without empty ones."""

    name: str
    title: str
    labels: dict[str, str]
    rows: list[dict[str, Any]]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The fields that say something in some row: (name, label)."""
        used = {name for row in self.rows for name in row}
        return [(name, label) for name, label in self.labels.items() if name in used]

    @property
    def lines(self) -> list[list[Any]]:
        """The rows as lines of a table of `columns`."""
        return [[row.get(name, "") for name, _ in self.columns] for row in self.rows]


def sections_of(contact: Contact) -> list[Section]:
    """Everything that the catalogue of personal tables knows of a person, and the changes of these rows."""
    person = person_of(contact)
    found: list[Section] = []
    keys: dict[str, list[int]] = {}
    for table in personal_tables():
        section, ids = read_table(table, person)
        if section.rows:
            found.append(section)
        keys.setdefault(table.of._meta.db_table, []).extend(ids)
    changes = _changes(keys)
    return [*found, changes] if changes.rows else found


def read_table(table: PersonalTable, person: Person) -> tuple[Section, list[int]]:
    """A person's rows of one table in words, and their keys."""
    fields = table.shown_fields()
    joined = [field.name for field in fields if isinstance(field, ForeignKey)]
    records = list(table.rows(person).select_related(*joined))
    rows = [_row(record, fields) for record in records]
    labels = {field.name: capfirst(str(field.verbose_name)) for field in fields}
    keys = [record.pk for record in records]
    return Section(table.model, table.heading, labels, rows), keys


def files_of(contact: Contact) -> Iterator[StoredFile]:
    """The files that hang on the person's rows and whose content is there."""
    person, seen = person_of(contact), set()
    for table in personal_tables():
        for field in table.of._meta.concrete_fields:
            if not isinstance(field, ForeignKey) or field.related_model is not StoredFile:
                continue
            keys = table.rows(person).exclude(**{field.name: None}).values_list(field.name, flat=True)
            for stored in StoredFile.objects.filter(pk__in=list(keys), removed_at=None).order_by("pk"):
                if stored.pk not in seen:
                    seen.add(stored.pk)
                    yield stored


def _row(record: Model, fields: list[Any]) -> dict[str, Any]:
    values = {field.name: _value(record, field) for field in fields}
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _value(record: Model, field: Any) -> Any:
    """As a person reads it: related records by their names, choices by their labels."""
    if isinstance(field, ForeignKey):
        related = getattr(record, field.name)
        return None if related is None else str(related)
    if field.choices:
        return getattr(record, f"get_{field.name}_display")()
    return getattr(record, field.name)


def _changes(keys: dict[str, list[int]]) -> Section:
    """What the rows were before each change; newest first, at most five thousand."""
    labels = {"at": "When", "table": "Table", "row": "Row", "what": "What was done", "was": "What it was before"}
    names = {model._meta.db_table: capfirst(str(model._meta.verbose_name)) for model in kept_models()}
    rows: list[dict[str, Any]] = []
    for table, ids in keys.items():
        if table not in names or not ids:
            continue
        changes = RowChange.objects.filter(table_name=table, row_id__in=ids, was__isnull=False).order_by("-id")
        rows += [
            {"at": one.at, "table": names[table], "row": one.row_id, "what": one.get_operation_display(),
             "was": {name: value for name, value in (one.was or {}).items() if value not in (None, "", [], {})}}
            for one in changes[:MOST_CHANGES]
        ]  # fmt: skip
    rows.sort(key=lambda row: row["at"], reverse=True)
    return Section("crm.rowchange", "Changes of these rows", labels, rows[:MOST_CHANGES])
