"""What is done about a person's data: handed out, asked to be erased."""

from __future__ import annotations

from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone

from contacts.choices import RequestKind, RequestState
from contacts.models import Contact, PrivacyRequest
from crm.company import company_today
from crm.log import log
from crm.models import User

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
