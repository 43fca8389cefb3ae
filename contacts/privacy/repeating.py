"""Erasures are repeated after a restore: the older backup does not know them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.choices import ErasureReason, RequestKind, RequestState
from contacts.models import Contact, ErasedPerson, Hold, PrivacyRequest
from contacts.privacy.ledger import keep_beside_uploads, known_lines, read_lines, to_repeat
from contacts.privacy.many import MOST, ask_for_many
from crm.backup.apart import Apart
from crm.choices import JobState
from crm.jobs import run_job
from crm.models import JobRun
from crm.templatetags.figures import plural

AGAIN = "They are there as if nobody had erased them: run `manage.py erase --again` before sending is released."


def repeat(lines: list[str]) -> list[str]:
    """Write the lines down in this database, and erase again whoever of them stands in it; what was done, in
    sentences."""
    known = read_lines(lines)
    rows = [ErasedPerson(row=row, mark=mark) for row, mark in sorted(known)]
    ErasedPerson.objects.bulk_create(rows, ignore_conflicts=True)
    keep_beside_uploads()
    contacts = to_repeat(known)
    if not contacts:
        return []
    try:
        jobs = erase_again(contacts)
    except ValidationError as error:
        return [f"Erasures were not repeated: {' '.join(error.messages)} {AGAIN}"]
    left = len(to_repeat(known))
    told = [f"Erased again, as since this backup was made: {plural(len(contacts) - left, 'person', 'people')}."]
    if left:
        failed = [job.error for job in jobs if job.state != JobState.DONE and job.error]
        why = f" ({failed[0]})" if failed else ""
        told.append(f"{plural(left, 'person', 'people')} could not be erased again{why}. {AGAIN}")
    return told


def erase_again(contacts: list[Contact]) -> list[JobRun]:
    """Erase these in this process, whatever the backup says of them: a hold in it, and a request, are older than the
    erasure. Raises ValidationError."""
    keys = [one.pk for one in contacts]
    Hold.objects.filter(contact__in=keys, ended_at=None).update(ended_at=timezone.now())
    PrivacyRequest.objects.filter(contact__in=keys, kind=RequestKind.ERASURE, done_at=None).update(
        state=RequestState.REFUSED, done_at=timezone.now(), counts={"why": "Erased anew, after a restore."}
    )
    keys_of_jobs = []
    for start in range(0, len(contacts), MOST):
        job = ask_for_many(actor=None, contacts=contacts[start : start + MOST], reason=ErasureReason.ASKED)
        run_job(job.pk)
        keys_of_jobs.append(job.pk)
    return list(JobRun.objects.filter(pk__in=keys_of_jobs))


ERASURES = Apart("erasures.jsonl", known_lines, repeat)
