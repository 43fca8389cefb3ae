"""What is done about a person's data: handed out, asked to be erased."""

from __future__ import annotations

from typing import Any

from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from contacts.choices import RequestKind, RequestState
from contacts.models import Contact, PrivacyRequest
from contacts.privacy.erasing import refuse_without_owner
from contacts.privacy.late.looking import PATIENCE, look_after, looks_due, next_look, to_look_at
from contacts.privacy.retention.holds import family_of, holds_of
from contacts.privacy.working import erase_all, refuse
from crm.choices import MAX_JOB_ATTEMPTS
from crm.company import company_today
from crm.database.owner import as_owner
from crm.jobs import JobError, JobLater, Progress, start_job
from crm.languages.refusing import refused
from crm.log import log
from crm.models import JobRun, User

MONTHS = 1
"""Within which a person must have an answer (GDPR, article 12, 3)."""


def new_request(**fields: Any) -> PrivacyRequest:
    """An unsaved request of today."""
    today = company_today()
    return PrivacyRequest(asked_on=today, due_on=today + relativedelta(months=MONTHS), **fields)


@transaction.atomic
def hand_out(*, actor: User | None, contact: Contact, form: str) -> PrivacyRequest:
    """Write down that all data of a person are handed out, before they are: as which kind of file (`form`). An access
    request that waits is answered by it."""
    waiting = PrivacyRequest.objects.select_for_update().filter(
        contact=contact, kind=RequestKind.ACCESS, state=RequestState.OPEN
    )
    request = waiting.order_by("pk").first() or new_request(contact=contact, kind=RequestKind.ACCESS)
    request.state, request.done_at, request.actor = RequestState.DONE, timezone.now(), actor
    request.counts = {"form": form}
    request.save()
    log(
        actor=actor,
        verb="hand out data",
        object=contact,
        contact_id=contact.pk,
        summary=f"Handed out all data of {contact} ({form})",
    )
    return request


@transaction.atomic
def ask_for_access(*, actor: User | None, contact: Contact, note: str = "") -> PrivacyRequest:
    """Write down that the person asks for all their data; one that waits already stays as it is."""
    waiting = PrivacyRequest.objects.filter(contact=contact, kind=RequestKind.ACCESS, state=RequestState.OPEN)
    request = waiting.order_by("pk").first()
    if request is None:
        request = new_request(contact=contact, kind=RequestKind.ACCESS, actor=actor, note=note)
        request.save()
        log(
            actor=actor,
            verb="ask for data",
            object=request,
            contact_id=contact.pk,
            summary=f"{contact} asks for all their data",
        )
    return request


@transaction.atomic
def ask_for_erasure(
    *, actor: User | None, contact: Contact, reason: str, note: str = "", typed: str | None = None
) -> PrivacyRequest:
    """Have a person erased by a job; a request that is at work already stays as it is, one whose job came to nothing
    (cancelled, failed) gets another. `typed` is what somebody typed
    as the name, None where nobody is asked. Raises ValidationError with what stands in the way."""
    current = Contact.objects.select_for_update().get(pk=contact.merged_into_id or contact.pk)
    if sentence := refusal(current):
        raise ValidationError(sentence)
    if typed is not None and typed.strip() != current.name:
        raise ValidationError({"typed": refused("Type the name as it stands here: %(name)s", name=current.name)})
    request = PrivacyRequest.objects.filter(contact=current, kind=RequestKind.ERASURE, done_at=None).first()
    if request is None:
        request = new_request(
            contact=current, kind=RequestKind.ERASURE, state=RequestState.WORKING, reason=reason, note=note, actor=actor
        )
        request.save()
    if not is_at_work(request):
        request.job = start_job(
            actor=actor, kind="erasure", title=f"Erase contact {current.pk}", parameters={"requests": [request.pk]}
        )
        request.save(update_fields=["job"])
        log(
            actor=actor,
            verb="ask for erasure",
            object=current,
            contact_id=current.pk,
            summary=f"Erasure: {request.get_reason_display()}",
        )
    return request


def is_at_work(request: PrivacyRequest) -> bool:
    """Whether a job is there that will do it, or does it."""
    return request.job is not None and not request.job.is_finished


def refusal(contact: Contact) -> str:
    """Why a contact cannot be erased, in a sentence; empty where it can."""
    if contact.is_organization:
        return "Only persons are erased: an organization has no personal data. Erase its people one by one."
    if contact.erased_at is not None:
        return "They were erased already."
    if holds := holds_of(family_of(contact)):
        until = f" until {holds[0].ends_on:%Y-%m-%d}" if holds[0].ends_on else ""
        return f"Their data are held{until}: {holds[0].reason}. End the hold first."
    return ""


def run_erasure(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job kind `erasure`: the people of `requests`, some in each transaction. Run again, it goes on with
    what is left; who cannot be erased does not stop the others, and is told at the last attempt."""
    keys: list[int] = job.parameters["requests"]
    with as_owner():
        if sentence := refuse_without_owner():
            raise JobError(sentence)
        faults = erase_all(requests=keys, actor=job.actor, progress=progress)
        if faults and (len(keys) == 1 or job.attempts < MAX_JOB_ATTEMPTS):
            raise faults[0][1]
        for key, error in faults:
            why = f"It failed three times: {type(error).__name__}"
            refuse(request=PrivacyRequest.objects.get(pk=key), why=why)
        look_after(keys, patience=PATIENCE)
        rows = PrivacyRequest.objects.filter(pk__in=keys, state=RequestState.REFUSED).order_by("pk")
        refused = [[one.pk, one.contact_id, one.counts.get("why", "")] for one in rows]
    left = job.parameters.get("left", [])
    return {
        "erased": len(keys) - len(refused),
        "not_erased": len(refused) + len(left),
        "refused": refused,
        "left": left,
    }


def run_look(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job kind `erasure_look`: what was written late of people who are erased. Where somebody who had
    begun before is still at work, it waits with the worker free."""
    with as_owner():
        if sentence := refuse_without_owner():
            raise JobError(sentence)
        keys = looks_due()
        look_after(keys)
        is_left, pause = to_look_at().exists(), next_look()
    if is_left:
        raise JobLater("Work that began before an erasure is still under way", pause)
    return {"erasures": len(keys)}
