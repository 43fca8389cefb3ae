"""Writes of the import wizard: take a file in, keep what was said about it, start."""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from crm.choices import FINISHED_JOB_STATES
from crm.foreign.uploads import UploadPurpose, UploadRefused, store_upload
from crm.importing.custom import with_stored_fields
from crm.importing.errors import UnreadableFile
from crm.importing.kinds import ImportKind
from crm.importing.mapping import ImportOptions, guess_map
from crm.importing.mappings.fitting import adapted, fit_on_a_sheet, fits_of
from crm.importing.matching import guess_match
from crm.importing.reading import open_table
from crm.importing.tables import Table, names_columns
from crm.jobs import start_job
from crm.log import log
from crm.models import ImportMapping, ImportRun, JobRun, StoredFile, User

TRIAL = "import_try"


class ImportUnderWay(Exception):
    """The import, or a trial of it, runs already as this `job`; the message is a sentence."""

    def __init__(self, job: JobRun, sentence: str = "This import is under way already.") -> None:
        self.job = job
        super().__init__(sentence)


@transaction.atomic
def create_import(*, actor: User, kind: ImportKind, upload: UploadedFile) -> ImportRun:
    """Store the file under a random name and guess what its columns mean. Raises UnreadableFile when it is no table."""
    stored = _store(actor, upload)
    try:
        kind = with_stored_fields(kind)
        table = open_table(Path(stored.file.path), ImportOptions().reading(kind))
    except UnreadableFile:
        stored.file.delete(save=False)
        raise
    options, mapping = _first_guess(actor, kind, table, Path(stored.file.path))
    run = ImportRun.objects.create(kind=kind.name, file=stored, actor=actor, options=options.to_json(), mapping=mapping)
    log(actor=actor, verb="upload", object=run, summary=f"Uploaded {stored.name} to import {kind.label.lower()}")
    return run


def _first_guess(actor: User, kind: ImportKind, table: Table, path: Path) -> tuple[ImportOptions, ImportMapping | None]:
    """As an earlier file with such columns was read, else by the names of the columns."""
    fits = fits_of(actor, kind, table.columns) if names_columns(table) else []
    if fits:
        return adapted(fits[0], kind, actor, path), fits[0].mapping
    if on_a_sheet := fit_on_a_sheet(actor, kind, path):
        fit, title = on_a_sheet
        return adapted(fit, kind, actor, path, title), fit.mapping
    closed = kind.closed_to(actor)
    guessed = [(column, name) for column, name in guess_map(kind, table.columns).items() if name not in closed]
    match = guess_match(kind, {name for _, name in guessed})
    return ImportOptions(map=tuple(guessed), automatic=False, match=match), None


@transaction.atomic
def keep_options(*, actor: User, run: ImportRun, options: ImportOptions) -> None:
    """Keep what the person says about the file, as long as the import does not run. Not logged: it is a draft."""
    current = held_run(run)
    current.options = options.to_json()
    current.save(update_fields=["options"])
    run.options = current.options


@transaction.atomic
def start_import(*, actor: User, run: ImportRun, kind: ImportKind) -> JobRun:
    """Hand the import to a worker; of two clicks at once, one starts it. Running it again changes nothing twice."""
    current = held_run(run)
    title = f"Import {kind.label.lower()} from {current.file.name}"
    parameters = {"run": run.pk, "mapping_url": run.get_absolute_url()}
    current.job = start_job(actor=actor, kind="import", title=title, parameters=parameters)
    current.result, current.rejected_file = None, None
    current.save(update_fields=["job", "result", "rejected_file"])
    return current.job


@transaction.atomic
def start_trial(*, actor: User, run: ImportRun, kind: ImportKind) -> JobRun:
    """Have a worker do all of the import and take it back, to say what would change; one trial of a file at a time.

    Raises ImportUnderWay.
    """
    current = held_run(run)
    trials = JobRun.objects.filter(kind=TRIAL, parameters__run=run.pk).exclude(state__in=FINISHED_JOB_STATES)
    if unfinished := trials.first():
        raise ImportUnderWay(unfinished, "A trial of this file is under way: stop it, or wait for it, to try again.")
    title = f"Trial: {kind.label.lower()} from {current.file.name}"
    parameters = {"run": run.pk, "options": current.options, "mapping_url": run.get_absolute_url()}
    return start_job(actor=actor, kind=TRIAL, title=title, parameters=parameters)


def _store(actor: User, upload: UploadedFile) -> StoredFile:
    try:
        return store_upload(actor=actor, upload=upload, purpose=UploadPurpose.IMPORT)
    except UploadRefused as error:
        raise UnreadableFile(str(error)) from error


def held_run(run: ImportRun) -> ImportRun:
    """The run's row, locked until the transaction ends; raises ImportUnderWay where it runs."""
    current = ImportRun.objects.select_for_update().get(pk=run.pk)
    if current.job is not None and not current.job.is_finished:
        raise ImportUnderWay(current.job)
    return current
