"""Writing the log of intent: every action calls `log` once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm.acting import current_acting
from crm.models import LogEntry

if TYPE_CHECKING:
    from django.db.models import Model

    from crm.models import JobRun, User

SUMMARY_LENGTH = 300


def log(
    *,
    actor: User | None,
    verb: str,
    object: Model | None = None,
    contact_id: int | None = None,
    summary: str = "",
    job: JobRun | None = None,
    kind: type[Model] | None = None,
) -> LogEntry:
    """Add one row. `actor` None is the system; `summary` is cut to 300 characters; `kind` says what records it was
    about, where it was not one (`object`)."""
    about = object if object is not None else kind
    acting = current_acting()
    return LogEntry.objects.create(
        actor=actor,
        verb=verb,
        model=about._meta.label_lower if about is not None else "",
        object_id=object.pk if object is not None else None,
        contact_id=contact_id,
        summary=summary[:SUMMARY_LENGTH],
        job_id=job.pk if job is not None else acting.job_id,
        request_id=acting.request_id,
    )


def log_export(*, actor: User | None, kind: type[Model], what: str, narrowed: str = "") -> LogEntry:
    """Who takes data out, and which: written before the first row leaves, for the reader may hang up at any."""
    return log(actor=actor, verb="export", kind=kind, summary=f"Exported {what}{f' ({narrowed})' if narrowed else ''}")
