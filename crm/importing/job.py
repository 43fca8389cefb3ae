"""The import as a job: a worker runs it, and a worker that died in the middle leaves it to the next one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files import File
from django.urls import reverse

from crm.catalogue import import_kinds
from crm.importing.engine import ImportResult, import_file
from crm.importing.errors import DatabaseBusy, UnreadableFile
from crm.importing.kinds import ImportKind
from crm.importing.mapping import ImportOptions
from crm.importing.mappings.actions import remember_mapping
from crm.jobs import JobError, Progress
from crm.models import ImportRun, JobRun, StoredFile


def run_import(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job kind `import`. The result is kept in the import's transaction, so a second run after a crash
    between its commit and the job's end gives the first one's counts instead of "nothing new"."""
    run = ImportRun.objects.select_related("file", "actor", "rejected_file").get(pk=job.parameters["run"])
    if run.result is None:
        _import(run, job, progress)
    return {**(run.result or {}), "result_file": run.rejected_file}


def run_trial(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job kind `import_try`: the counts and the first differences of an import that is taken back."""
    run = ImportRun.objects.select_related("file", "actor").get(pk=job.parameters["run"])
    kind = import_kinds()[run.kind]
    with tempfile.TemporaryDirectory(prefix="crm-import-") as folder, _sentences():
        result = import_file(
            actor=job.actor,
            kind=kind,
            path=Path(run.file.file.path),
            options=ImportOptions.from_json(job.parameters["options"]),
            progress=progress,
            rejected_path=Path(folder) / "rejected.csv",
            dry_run=True,
            job=job,
            name=run.file.name,
        )
        stored = {name: value for name, value in result.to_json().items() if name != "rejected_file"}
        file = _store(run, result.rejected_path) if result.rejected_path else None
    diffs = [one.to_json() for one in result.diffs]
    return {**stored, "examples": result.examples, "diffs": diffs, "has_diffs": bool(kind.diffs), "result_file": file}


@contextmanager
def _sentences() -> Iterator[None]:
    """What keeps the file from being read, as the job says it."""
    try:
        yield
    except DatabaseBusy:
        raise
    except UnreadableFile as error:
        raise JobError(str(error)) from error
    except FileNotFoundError as error:
        raise JobError("The file is no longer there. Please upload it again.") from error


def _import(run: ImportRun, job: JobRun, progress: Progress) -> None:
    kind = import_kinds()[run.kind]
    with tempfile.TemporaryDirectory(prefix="crm-import-") as folder, _sentences():
        import_file(
            actor=run.actor,
            kind=kind,
            path=Path(run.file.file.path),
            options=ImportOptions.from_json(run.options),
            progress=progress,
            rejected_path=Path(folder) / "rejected.csv",
            job=job,
            name=run.file.name,
            keep=lambda result: _keep(run, kind, result),
        )


def _keep(run: ImportRun, kind: ImportKind, result: ImportResult) -> None:
    """Counts, examples and the file of rejected rows, stored with the import."""
    stored = {name: value for name, value in result.to_json().items() if name != "rejected_file"}
    records = {"records_label": kind.label, "records_url": reverse(kind.list_url) if kind.list_url else ""}
    run.result = {**stored, **records, "examples": result.examples, "description": result.description}
    if result.rejected_path:
        run.rejected_file = _store(run, result.rejected_path)
    run.save(update_fields=["result", "rejected_file"])
    if result.columns and result.rows > result.rejected:
        remember_mapping(run=run, columns=result.columns)


def _store(run: ImportRun, path: Path) -> StoredFile:
    name = f"rejected rows of {Path(run.file.name).stem[:200]}.csv"
    stored = StoredFile(name=name, owner=run.actor, content_type="text/csv", size=path.stat().st_size)
    with path.open("rb") as content:
        stored.file.save(name, File(content), save=True)
    return stored
