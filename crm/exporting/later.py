"""Large lists as files that a worker makes: asked for, made with the rights of who asked, kept for some days, gone."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.urls import resolve, reverse
from django.utils import timezone

from crm.access import can
from crm.choices import Verb
from crm.company import current_company
from crm.exporting.formats import Format
from crm.jobs import JobError, Progress, start_job
from crm.log import log_export
from crm.models import ExportRun, JobRun, StoredFile, User

REPORT_EVERY = 1_000
GONE = "The list or the right to take it out is gone: nothing was made."


@transaction.atomic
def start_export(*, actor: User, view: Any, form: Format, narrowed: str) -> JobRun:
    """Have a worker make the file of a list as `view` (a `ListExport`) shows it. Logged here, once."""
    name = view.file_name(form)
    run = ExportRun.objects.create(
        list_name=view.export_url_name,
        query=frozen_query(view),
        model=view.label,
        format=form.name,
        name=name,
        actor=actor,
    )
    entry = log_export(actor=actor, kind=view.model, what=view.heading.lower(), narrowed=narrowed)
    parameters = {"export": run.pk, "entry": entry.pk}
    job = start_job(actor=actor, kind="export", title=f"Export {view.heading.lower()}", parameters=parameters)
    ExportRun.objects.filter(pk=run.pk).update(job=job)
    return job


def frozen_query(view: Any) -> str:
    """What the list was asked for, with the columns that it shows to this person now."""
    query = view.request.GET.copy()
    query["columns"] = ",".join(column.name for column in view.listing.columns)
    query.pop("format", None)
    return str(query.urlencode())


def view_of(list_name: str, query: str, actor: User) -> Any:
    """The export of a list as this person would get it: the same rows, columns, rights."""
    request = HttpRequest()
    request.method, request.path, request.GET = "GET", reverse(list_name), QueryDict(query)
    request.user = actor
    request.session, request.company, request.htmx = {}, current_company(), False  # type: ignore[assignment,attr-defined]
    view = resolve(request.path).func.view_class()  # type: ignore[attr-defined]
    view.setup(request)
    return view


def run_export(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job kind `export`. A second run after a crash finds the first one's file."""
    run = ExportRun.objects.select_related("actor", "file").get(pk=job.parameters["export"])
    if run.file is None:
        _make(run, progress, job.parameters.get("entry"))
    return {
        "rows": run.rows,
        "name": run.name,
        "export": run.pk,
        "url": run.get_absolute_url(),
        "days": settings.CRM_KEEP_EXPORTS_DAYS,
    }


def _make(run: ExportRun, progress: Progress, entry: int | None) -> None:
    if run.actor is None:
        raise JobError(GONE)
    view = view_of(run.list_name, run.query, run.actor)
    form = next((one for one in view.export_formats if one.name == run.format), None)
    if form is None or not can(run.actor, Verb.EXPORT, view.model):
        raise JobError(GONE)
    if view.listing.problems:
        raise JobError(" ".join(view.listing.problems))
    total = view.listing.matching.order_by().count()
    passed = _Passed(progress, total)
    view.passing = passed.rows
    with tempfile.TemporaryDirectory(prefix="crm-export-") as folder:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            for piece in view.pieces(form):
                file.write(piece if isinstance(piece, bytes) else piece.encode())
        with transaction.atomic():
            _keep(run, form, path, passed.count)
            if entry is not None:
                view.taken.keep(entry)


def _keep(run: ExportRun, form: Format, path: Path, rows: int) -> None:
    stored = StoredFile(name=run.name, owner=run.actor, content_type=form.content_type, size=path.stat().st_size)
    with path.open("rb") as content:
        stored.file.save(run.name, File(content), save=True)
    run.file, run.rows = stored, rows
    run.expires_at = timezone.now() + dt.timedelta(days=settings.CRM_KEEP_EXPORTS_DAYS)
    run.save(update_fields=["file", "rows", "expires_at"])


class _Passed:
    """Counts the rows that pass, and tells of them."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.count = progress, total, 0

    def rows(self, rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        for row in rows:
            if self.count % REPORT_EVERY == 0:
                self.progress.report(min(self.count, self.total), self.total, "Writing rows")
            self.count += 1
            yield row


def remove_expired(now: dt.datetime) -> int:
    """Takes the content of files away that can be fetched no more; how many."""
    count = 0
    for run in ExportRun.objects.filter(expires_at__lt=now, file__removed_at=None).select_related("file"):
        if run.file is not None:
            run.file.file.storage.delete(str(run.file.file.name))
            StoredFile.objects.filter(pk=run.file.pk).update(removed_at=now)
            count += 1
    return count
