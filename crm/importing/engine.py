"""The import itself: look at the whole file, stage it by COPY, merge it by SQL, all in one transaction.

A process that dies at any line leaves nothing half done, and running the same file again changes nothing. Two imports
at once merge one after the other (an advisory lock), so they give what they would give in turn.
"""

from __future__ import annotations

import logging
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, transaction

from crm.access import can
from crm.choices import Verb
from crm.company import current_company
from crm.database.copying import copying
from crm.importing.columns import Survey, converters_for, survey
from crm.importing.custom import store_definitions, with_custom_fields
from crm.importing.errors import DatabaseBusy, UnreadableFile
from crm.importing.kinds import ImportKind
from crm.importing.mapping import ImportOptions, Source, resolve_sources, unused_columns
from crm.importing.matching import RowDiff, with_match
from crm.importing.merging import Counts, Merge
from crm.importing.own_ids import own_ids_taken_up
from crm.importing.reading import open_table
from crm.importing.rejects import RejectedRows, faults_of_rows
from crm.importing.staging import (
    REJECTS,
    ROWS,
    copy_statement,
    create_staging,
    refresh_statistics,
    stage_chunk,
)
from crm.importing.tables import Table, names_columns
from crm.jobs import Progress, SilentProgress
from crm.log import log

if TYPE_CHECKING:
    from crm.models import JobRun, User

logger = logging.getLogger(__name__)
IMPORT_LOCK = 7303
SHOWN_DIFFS = 20
STAGING_SHARE = 0.5
"""The part of the work that staging is; merging is the rest."""


class _DryRun(Exception):
    """Rolls a dry run back."""


@dataclass
class ImportResult:
    """What an import did. `rows` is the sum of the four counts; `rejected_path` is None when no row was rejected.

    `columns` are those that the file names; none where it names none. `unused` are those that fed no field. `diffs` are
    of a dry run, for the first rows.
    """

    rows: int
    counts: Counts
    rejected: int
    rejected_path: Path | None
    examples: list[str]
    seconds: float
    description: str
    columns: tuple[str, ...] = ()
    diffs: Sequence[RowDiff] = ()
    unused: Sequence[str] = ()

    @property
    def created_related(self) -> int:
        """Records made bare beside the rows, of all kinds together."""
        return sum(self.counts.related.values())

    def to_json(self) -> dict[str, Any]:
        """The keys that commands and jobs give out."""
        return {
            "rows": self.rows,
            "created": self.counts.created,
            "updated": self.counts.updated,
            "unchanged": self.counts.unchanged,
            "rejected": self.rejected,
            "rejected_file": str(self.rejected_path) if self.rejected_path else None,
            "created_related": self.created_related,
            "created_related_by_kind": self.counts.related,
            "notes": self.counts.notes,
            "seconds": round(self.seconds, 3),
        }


def import_file(
    *,
    actor: User | None,
    kind: ImportKind,
    path: Path,
    options: ImportOptions,
    progress: Progress | None = None,
    rejected_path: Path | None = None,
    dry_run: bool = False,
    job: JobRun | None = None,
    keep: Callable[[ImportResult], None] | None = None,
    name: str = "",
) -> ImportResult:
    """Import a file. Raises UnreadableFile with a sentence when nothing of it can be taken in; nothing is in then.

    `keep` is called with the result inside the import's transaction: what it writes is there just when the rows are.
    `name` is the file's name where people gave it another than it is stored under.
    """
    started = time.monotonic()
    if not can(actor, Verb.IMPORT, apps.get_model(kind.model)):
        raise UnreadableFile(f"You may not import {kind.label.lower()}.")
    progress = progress or SilentProgress()
    progress.report(0, None, "Reading the file")
    kind = with_match(kind, options)
    table = open_table(path, options.reading(kind))
    kind, options = with_custom_fields(kind, options, table)
    sources = resolve_sources(kind, options, table.columns)
    refuse_closed(kind, actor, sources)
    found = survey(table, sources, options, current_company().zone)
    if found.questions:
        raise found.questions[0]
    rejected_path = rejected_path or Path(tempfile.gettempdir()) / f"rejected-{kind.name}-{uuid.uuid4().hex}.csv"
    run = _Run(actor, kind, options, progress, table, sources, found, started, rejected_path, dry_run, job, keep)
    run.name = name or path.name
    try:
        return run.work()
    except DatabaseBusy:
        logger.warning("An import met somebody else's work; it is tried once more.", exc_info=True)
        return run.work()


def refuse_closed(kind: ImportKind, actor: User | None, sources: Sequence[Source]) -> None:
    """Raise UnreadableFile where a column would write a field that this person may not write."""
    closed = kind.closed_to(actor)
    if labels := [source.field.label for source in sources if source.field.name in closed]:
        raise UnreadableFile(f"You may not write “{labels[0]}”: leave it out of the import. Nothing was imported.")


@dataclass
class _Run:
    """One import under way."""

    actor: User | None
    kind: ImportKind
    options: ImportOptions
    progress: Progress
    table: Table
    sources: Sequence[Source]
    found: Survey
    started: float
    rejected_path: Path
    dry_run: bool
    job: JobRun | None
    keep: Callable[[ImportResult], None] | None
    name: str = ""
    diffs: Sequence[RowDiff] = ()

    def work(self) -> ImportResult:
        """All of it in one transaction, from a clean start each time it is called."""
        counts = Counts()
        with RejectedRows(self.rejected_path, self.table.columns) as rejected, sentences():
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    self._work_in_transaction(cursor, counts, rejected)
                    if self.dry_run:
                        raise _DryRun
            except _DryRun:
                pass
            return self._result(counts, rejected)

    def _work_in_transaction(self, cursor: Any, counts: Counts, rejected: RejectedRows) -> None:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        create_staging(cursor, self.kind)
        self._stage(cursor, rejected)
        self._merge(cursor, counts)
        self._reject_refused(cursor, rejected)
        rejected.close()
        result = self._result(counts, rejected)
        numbers = f"{counts.created:,} new, {counts.updated:,} changed"
        summary = f"Imported {self.kind.label.lower()} from {self.name[:200]}: {numbers}"
        log(actor=self.actor, verb="import", summary=summary, job=self.job)
        if self.keep:
            self.keep(result)

    def _stage(self, cursor: Any, rejected: RejectedRows) -> None:
        converters = converters_for(self.sources, self.found, self.options)
        done = 0
        with copying(cursor, copy_statement(self.sources)) as copy:
            for chunk in self.table.chunks():
                text, faults = stage_chunk(chunk, self.sources, converters)
                if text:
                    copy.write(text)
                rejected.write(sorted([*chunk.faults, *faults], key=lambda fault: fault.line))
                done += chunk.count
                self._report(STAGING_SHARE * done / max(self.found.rows, 1), "Reading rows")
        cursor.execute(f"ANALYZE {ROWS}")

    def _merge(self, cursor: Any, counts: Counts) -> None:
        self._report(STAGING_SHARE, "Waiting for another import to end")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
        refresh_statistics(cursor, self.kind.tables)
        given = frozenset(source.field.name for source in self.sources)
        store_definitions(self.actor, self.kind, given)
        report = self._report_merging
        how = self.options.match, self.options.write
        merge = Merge(cursor, self.actor, current_company(), given, report, counts, self.kind.fields, *how)
        with own_ids_taken_up(merge, self.kind.model):
            self.kind.merge(merge)
        if self.dry_run and self.kind.diffs:
            self.diffs = self.kind.diffs(merge, SHOWN_DIFFS)

    def _report_merging(self, share: float, message: str) -> None:
        self._report(STAGING_SHARE + (1 - STAGING_SHARE) * share, message)

    def _report(self, share: float, message: str) -> None:
        self.progress.report(int(share * self.found.rows), self.found.rows, message)

    def _reject_refused(self, cursor: Any, rejected: RejectedRows) -> None:
        """Rows that the merge refused, with their cells from a further reading of the file."""
        cursor.execute(f"SELECT row_no, min(field), string_agg(reason, '; ') FROM {REJECTS} GROUP BY row_no")
        labels = {source.field.name: source.label for source in self.sources}
        reasons = {number: (labels.get(name, name), reason) for number, name, reason in cursor.fetchall()}
        if reasons:
            rejected.write(faults_of_rows(self.table, reasons))

    def _result(self, counts: Counts, rejected: RejectedRows) -> ImportResult:
        return ImportResult(
            rows=self.found.rows,
            counts=counts,
            rejected=rejected.count,
            rejected_path=self.rejected_path if rejected.count else None,
            examples=rejected.examples,
            seconds=time.monotonic() - self.started,
            description=self.table.description,
            diffs=self.diffs,
            columns=tuple(self.table.columns) if names_columns(self.table) else (),
            unused=unused_columns(self.table.columns, self.sources),
        )


@contextmanager
def sentences() -> Iterator[None]:
    """Says what the database refuses in a sentence; the details stay as the cause, for the log."""
    try:
        yield
    except (OperationalError, IntegrityError, InterfaceError) as error:
        raise DatabaseBusy("The database was too busy or went away. Nothing was imported; please try again.") from error
    except DatabaseError as error:
        logger.exception("The database refused the rows of an import.")
        raise UnreadableFile(
            "The database refused the rows. Nothing was imported; please tell the administrator."
        ) from error
