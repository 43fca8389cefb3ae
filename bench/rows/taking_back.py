"""An import of a tenth of the base's rows taken back as a worker does it, to its end, with history and log: new rows
beside the bare DELETE of them (every foreign key to contacts is asked for each), changed ones beside their import."""

from __future__ import annotations

import itertools
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.core.files import File
from django.db import connection, transaction

from bench.measuring import Line, alternate, beside, timed
from bench.rows.importing import TABLES, write_file
from bench.world import MANAGER, World
from contacts.models import Contact
from crm.choices import JobState
from crm.importing.mapping import ImportOptions
from crm.importing.taking_back.actions import start_taking_back
from crm.jobs import run_job, start_job
from crm.models import ImportRun, JobRun, StoredFile, User

MARK = "taken-back-"
NEW = "SELECT id FROM contacts_contact WHERE external_id LIKE %s"
ROUNDS = 3
numbers = itertools.count(1)


def brought_in(path: Path) -> JobRun:
    """The job of an import of the file that waits for a worker, as the wizard leaves it."""
    user = User.objects.get(email=MANAGER)
    stored = StoredFile(name=path.name, owner=user, content_type="text/csv", size=path.stat().st_size)
    with path.open("rb") as content:
        stored.file.save(path.name, File(content), save=True)
    run = ImportRun.objects.create(kind="contacts", file=stored, actor=user, options=ImportOptions().to_json())
    job = start_job(actor=user, kind="import", title="Import contacts", parameters={"run": run.pk})
    ImportRun.objects.filter(pk=run.pk).update(job=job)
    return job


def done(job: JobRun) -> JobRun:
    """The job, done here. Raises where it was not."""
    run_job(job.pk)
    job.refresh_from_db()
    if job.state != JobState.DONE or job.result.get("rejected") or job.result.get("obstacles"):
        raise RuntimeError(f"{job.title}: {job.state}, {job.error or job.result}")
    return job


def measure(world: World) -> Iterator[Line]:
    """At most twice the bare DELETE; rows that a second file gave other addresses: as long as its import."""
    rows = world.rows // 10
    with tempfile.TemporaryDirectory() as name:
        yield from _new(Path(name), rows, world)
        yield from _changed(Path(name), rows, world)


def _new(folder: Path, rows: int, world: World) -> Iterator[Line]:
    last: list[JobRun] = []
    seconds: list[float] = []

    def bare() -> float:
        mark = f"{MARK}{next(numbers)}-"
        write_file(folder / "new.csv", rows, mark=mark)
        last.append(brought_in(folder / "new.csv"))
        seconds.append(timed(lambda: done(last[-1])))
        return timed(lambda: _deleted(mark))

    found = alternate({"bare": bare, "back": lambda: timed(lambda: done(_back(last[-1])))}, ROUNDS)
    came = statistics.median(seconds)
    what = f"{rows:,} new contacts out of {world.rows:,}, which came in {came:,.1f} s"
    yield beside("import_back", what, found["back"], found["bare"], most=2, name="DELETE", unit="s")
    if Contact.objects.filter(external_id__startswith=MARK).exists():
        raise RuntimeError("Something of the imports is left.")


def _deleted(mark: str) -> None:
    """What the import wrote into each table, by one statement each; rolled back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for table in reversed(TABLES):
            key = "id" if table == TABLES[0] else "contact_id"
            cursor.execute(f"DELETE FROM {table} WHERE {key} IN ({NEW})", [f"{mark}%"])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def _changed(folder: Path, rows: int, world: World) -> Iterator[Line]:
    mark, last = f"{MARK}{next(numbers)}-", []
    first, second = folder / "first.csv", folder / "second.csv"
    write_file(first, rows, mark=mark)
    second.write_text(first.read_text().replace("Hamburg", "Lübeck").replace(",Lange Reihe ", ",Breite Straße "))
    base = done(brought_in(first))

    def came() -> float:
        job = brought_in(second)
        last.append(job)
        return timed(lambda: done(job))

    try:
        found = alternate({"import": came, "back": lambda: timed(lambda: done(_back(last[-1])))}, ROUNDS)
    finally:
        done(_back(base))
    what = f"{rows:,} contacts put back as they were ({rows / found['back'].median:,.0f} rows/s)"
    yield beside("import_back", what, found["back"], found["import"], most=1, name="their import", unit="s")


def _back(job: JobRun) -> JobRun:
    return start_taking_back(actor=User.objects.get(email=MANAGER), job=job)
