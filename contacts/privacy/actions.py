"""What is done about a person's data: handed out, asked to be erased."""

from __future__ import annotations

from typing import Any

from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from contacts.choices import RequestKind, RequestState
from contacts.models import Contact, PrivacyRequest
from contacts.privacy.erasing import erase, lock_person, plan_erasure, refuse_without_owner
from crm.company import company_today
from crm.database.owner import as_owner
from crm.failpoints import failpoint
from crm.jobs import JobError, Progress, start_job
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
    """Have a person erased by a job; a request that is at work already stays as it is. `typed` is what somebody typed
    as the name, None where nobody is asked. Raises ValidationError with what stands in the way."""
    current = Contact.objects.select_for_update().get(pk=contact.merged_into_id or contact.pk)
    if sentence := refusal(current):
        raise ValidationError(sentence)
    if typed is not None and typed.strip() != current.name:
        raise ValidationError({"typed": f"Type the name as it stands here: {current.name}"})
    request = PrivacyRequest.objects.filter(contact=current, kind=RequestKind.ERASURE, done_at=None).first()
    if request is None:
        request = new_request(
            contact=current, kind=RequestKind.ERASURE, state=RequestState.WORKING, reason=reason, note=note, actor=actor
        )
        request.save()
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


def refusal(contact: Contact) -> str:
    """Why a contact cannot be erased, in a sentence; empty where it can."""
    if contact.is_organization:
        return "Only persons are erased: an organization has no personal data. Erase its people one by one."
    if contact.erased_at is not None:
        return "They were erased already."
    return ""


def run_erasure(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job kind `erasure`: each request of `requests` in a transaction of its own, then its files. Run
    again, it goes on with what is left."""
    done = 0
    with as_owner():
        if sentence := refuse_without_owner():
            raise JobError(sentence)
        requests = PrivacyRequest.objects.filter(pk__in=job.parameters["requests"], kind=RequestKind.ERASURE)
        for request in requests.order_by("pk"):
            progress.report(done, len(job.parameters["requests"]), "People")
            erase_one(request=request, actor=job.actor)
            done += 1
    return {"erased": done}


def erase_one(*, request: PrivacyRequest, actor: User | None) -> None:
    """Erase one person where that is still to be done, then remove their files, which cannot be rolled back."""
    with transaction.atomic():
        current = PrivacyRequest.objects.select_for_update().get(pk=request.pk)
        if current.state != RequestState.DONE:
            contact = Contact.objects.get(pk=current.contact_id)
            erasure = plan_erasure([lock_person(contact)])
            counts = erasure.counts()
            names = erase(erasure)
            failpoint("erasure before its end")
            PrivacyRequest.objects.filter(pk=current.pk).update(
                state=RequestState.DONE, done_at=timezone.now(), counts={"tables": counts}, files_left=names, note=""
            )
            log(actor=actor, verb="erase", object=contact, contact_id=contact.pk, summary="Erased a person")
    remove_files(request=request)


def remove_files(*, request: PrivacyRequest) -> None:
    """Take the contents of an erased person's files away; a file that is gone is no fault."""
    names = PrivacyRequest.objects.values_list("files_left", flat=True).get(pk=request.pk)
    for name in names:
        default_storage.delete(name)
    PrivacyRequest.objects.filter(pk=request.pk).update(files_left=[])
