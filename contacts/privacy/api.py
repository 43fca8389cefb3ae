"""The REST API of persons' data: erasure by programs, and how far it is."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Router, Schema
from pydantic import Field

from contacts.choices import ErasureReason, RequestState
from contacts.models import Contact, PrivacyRequest
from contacts.privacy import actions
from crm.choices import Verb
from crm.rest.idempotency import done_once
from crm.rest.schemas import Input
from crm.rest.tokens import ApiRequest, caller, reads, writes
from crm.rest.writing import acted, refuse_without

AREA = "privacy"
privacy = Router(tags=["Privacy"])
erasures = Router(tags=["Privacy"])


class ErasureIn(Input):
    """Why a person is erased."""

    reason: ErasureReason = Field(ErasureReason.ASKED, description="As the law has it.")
    note: str = Field("", max_length=300, description="Such as where they asked. It is erased with them.")


class ErasureOut(Schema):
    id: int = Field(description="Of the request.")
    contact_id: int
    state: RequestState
    reason: str
    job_id: int | None = Field(None, description="The job that does it.")


@privacy.post("/{int:contact_id}/erase", response={202: ErasureOut}, auth=writes(AREA))
def erase_contact(request: HttpRequest, contact_id: int, body: Body[ErasureIn]) -> HttpResponse:
    """Erase a person for good, by a job. It needs the right to erase. Sent again, while the job works or after it, it
    answers with the same request; an organization, and a person whose data are held, are refused (422)."""

    def work() -> HttpResponse:
        user = caller(request)
        contact = Contact.objects.visible_to(user).filter(pk=contact_id).first()
        if contact is None:
            raise Http404
        refuse_without(user, Verb.RUN, PrivacyRequest)
        done = PrivacyRequest.objects.filter(
            contact=contact.merged_into_id or contact.pk, kind="erasure", state=RequestState.DONE
        ).first()
        if contact.erased_at is not None and done is not None:
            return _answer(done, 202)
        asked = acted(lambda: actions.ask_for_erasure(actor=user, contact=contact, reason=body.reason, note=body.note))
        return _answer(asked, 202)

    return done_once(cast(ApiRequest, request), work)


@erasures.get("/{int:request_id}", response=ErasureOut, auth=reads(AREA))
def get_erasure(request: HttpRequest, request_id: int) -> HttpResponse:
    """How far an erasure is: `working`, `done`, or `refused`."""
    user = caller(request)
    asked = PrivacyRequest.objects.visible_to(user).filter(pk=request_id, kind="erasure").first()
    if asked is None:
        raise Http404
    return _answer(asked)


def _answer(asked: PrivacyRequest, status: int = 200) -> JsonResponse:
    said = {
        "id": asked.pk,
        "contact_id": asked.contact_id,
        "state": asked.state,
        "reason": asked.reason,
        "job_id": asked.job_id,
    }
    return JsonResponse(said, status=status)
