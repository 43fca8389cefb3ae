"""Erasures are repeated after a restore: the older backup does not know them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.choices import ErasureReason, RequestKind, RequestState
from contacts.models import Contact, ErasedPerson, Hold, PrivacyRequest
from contacts.privacy.ledger import (
    Line,
    keep_beside_uploads,
    known_lines,
    merged_with_others,
    read_lines,
    to_repeat,
)
from contacts.privacy.many import MOST, ask_for_many
from contacts.privacy.people import person_of
from contacts.privacy.suppressing import refuse_everything
from crm.backup.apart import Apart
from crm.jobs import run_to_end
from crm.templatetags.figures import plural

AGAIN = "They are there as if nobody had erased them: run `manage.py erase --again` before sending is released."


def repeat(lines: list[str]) -> list[str]:
    """Write the lines down in this database, and erase again whoever of them stands in it; what was done, in
    sentences."""
    known = read_lines(lines)
    rows = [ErasedPerson(row=row, mark=mark) for row, mark in sorted(known)]
    ErasedPerson.objects.bulk_create(rows, ignore_conflicts=True)
    keep_beside_uploads()
    contacts, told = to_repeat(known), []
    if contacts:
        faults = erase_again(contacts)
        left = len(to_repeat(known))
        told.append(f"Erased again, as since this backup was made: {plural(len(contacts) - left, 'person', 'people')}.")
        if left:
            why = f" ({faults[0]})" if faults else ""
            told.append(f"{plural(left, 'person', 'people')} could not be erased again{why}. {AGAIN}")
    return told + tied_to_others(known)


def tied_to_others(lines: set[Line]) -> list[str]:
    """Who is not erased again, as somebody else would be with them; a sentence for each."""
    return [
        f"Contact {one.pk} was not erased again: in this backup it is merged with {', '.join(map(str, others))}, who"
        " was not erased. Undo the merge, then run `manage.py erase --again`, before sending is released."
        for one, others in merged_with_others(lines)
    ]


def erase_again(contacts: list[Contact]) -> list[str]:
    """Erase these in this process, whatever the backup says of them: a hold in it, and a request, are older than the
    erasure, and so is each yes: what they refused since is not known, so nothing of theirs is written to. What failed,
    in sentences; a part that fails does not stop the others."""
    keys = [one.pk for one in contacts]
    Hold.objects.filter(contact__in=keys, ended_at=None).update(ended_at=timezone.now())
    PrivacyRequest.objects.filter(contact__in=keys, kind=RequestKind.ERASURE, done_at=None).update(
        state=RequestState.REFUSED, done_at=timezone.now(), counts={"why": "Erased anew, after a restore."}
    )
    faults = []
    for start in range(0, len(contacts), MOST):
        some = contacts[start : start + MOST]
        for one in some:
            refuse_everything(person_of(one))
        try:
            job = ask_for_many(actor=None, contacts=some, reason=ErasureReason.ASKED)
        except ValidationError as error:
            faults.append(" ".join(error.messages))
            continue
        if not run_to_end(job):
            faults.append(job.error or f"Job {job.pk} is {job.get_state_display()}")
    return faults


ERASURES = Apart("erasures.jsonl", known_lines, repeat)
