"""What the SQL of a kind has in hand while it merges the staged rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crm.importing.kinds import EXTERNAL_ID
from crm.importing.mapping import BOTH
from crm.importing.staging import REJECTS, ROWS, refresh_statistics
from crm.models import Company

if TYPE_CHECKING:
    from django.db import models

    from crm.access import VisibleQuerySet
    from crm.importing.kinds import ImportField
    from crm.models import User

FILLED = re.compile(r"INSERT INTO (?!import_)(\w+)")  # tables that last
TAKEN = "this external id is taken by a record that you may not change"


@dataclass
class Counts:
    """What became of the rows; `related` counts what was made bare beside them, by kind; `notes` are sentences about
    rows that are in and still want looking at."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    related: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass
class Merge:
    """One merge. `given` names the fields that the file feeds; `actor` None is the system with all rights.

    `fields` are those of the kind together with the custom ones of its model; `match` and `write` are as the options
    say them.
    """

    cursor: Any
    actor: User | None
    company: Company
    given: frozenset[str]
    report: Callable[[float, str], None]
    counts: Counts = field(default_factory=Counts)
    fields: Sequence[ImportField] = ()
    match: str = EXTERNAL_ID
    write: str = BOTH

    @property
    def custom(self) -> list[ImportField]:
        """The custom fields that the file feeds."""
        return [spec for spec in self.fields if spec.custom and spec.name in self.given]

    def run(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> int:
        """Runs a statement; returns how many rows it touched. The planner looks at tables that it made grow much."""
        self.cursor.execute(sql, parameters or None)
        count = int(self.cursor.rowcount)
        if filled := FILLED.findall(sql):
            refresh_statistics(self.cursor, filled)
        return count

    def number(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """The one number that a query gives."""
        self.cursor.execute(sql, parameters or None)
        return int(self.cursor.fetchone()[0] or 0)

    def reject(
        self, field_name: str, reason: str, condition: str, parameters: Sequence[Any] = (), *, table: str = ROWS
    ) -> int:
        """Takes the rows of `table` (as `r`) that meet the condition out, with the reason; returns how many."""
        return self.run(
            f"WITH gone AS (DELETE FROM {table} r WHERE {condition} RETURNING r.row_no)"
            f" INSERT INTO {REJECTS} SELECT row_no, %s, %s FROM gone",
            [*parameters, field_name, reason],
        )

    def reject_each(self, field_name: str, rows: str, parameters: Sequence[Any] = ()) -> int:
        """Takes out the rows that a query of (row_no, reason) names, each for its own reason; returns how many."""
        return self.run(
            f"WITH told AS ({rows}), gone AS (DELETE FROM {ROWS} r USING told WHERE told.row_no = r.row_no"
            f" RETURNING r.row_no, told.reason) INSERT INTO {REJECTS} SELECT row_no, %s, reason FROM gone",
            [*parameters, field_name],
        )

    def made(self, kind: str, count: int) -> None:
        """Counts records that were made bare beside the rows."""
        if count:
            self.counts.related[kind] = self.counts.related.get(kind, 0) + count

    def changeable(self, queryset: VisibleQuerySet[Any], verb: str = "change") -> tuple[str, list[Any]] | None:
        """A subquery of the ids that the actor may change; None when all."""
        if self.actor is None:
            return None
        narrowed: models.QuerySet[Any] = queryset.visible_to(self.actor, verb)
        if not narrowed.query.where and not narrowed.query.is_empty():
            return None
        if narrowed.query.is_empty():
            return "SELECT 0 WHERE false", []
        sql, parameters = narrowed.order_by().values("pk").query.sql_with_params()
        return sql, list(parameters)
