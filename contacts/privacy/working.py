"""The work of an erasure: some people in one transaction, then what cannot be rolled back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone

from contacts.choices import ErasureReason, RequestKind, RequestState
from contacts.models import Contact, PrivacyRequest
from contacts.privacy.erasing import Erasure, erase, lock_person, mark_of_now, plan_erasure, together
from contacts.privacy.late.files import remove_left
from contacts.privacy.late.looking import note_under_way
from contacts.privacy.late.sealing import sealed
from contacts.privacy.ledger import keep_beside_uploads, write_down
from contacts.privacy.retention.holds import family_of, holds_of
from crm.failpoints import failpoint
from crm.jobs import Progress
from crm.log import log
from crm.models import User

logger = logging.getLogger(__name__)
AT_ONCE = 100
"""People in one transaction: each reads the whole history once, however many they are."""
HELD = "Their data are held: end the hold first."
NOT_OVER = "Something happened meanwhile, or the rule was changed: their time is not over."
Still = Callable[[Contact], bool]


def erase_all(
    *, requests: Sequence[int], actor: User | None, progress: Progress, still: Still | None = None
) -> list[tuple[int, Exception]]:
    """Work on these requests, some at once; where some fail together, each alone, so that one does not stop others.
    The keys of those that could not be done, with why. `still` says under the lock of a contact whose time was over
    whether it is so yet."""
    faults: list[tuple[int, Exception]] = []
    for start in range(0, len(requests), AT_ONCE):
        progress.report(start, len(requests), "People")
        some = requests[start : start + AT_ONCE]
        try:
            erase_together(requests=some, actor=actor, still=still)
        except Exception as error:
            logger.exception("The erasures %s failed together.", list(some))
            faults += [(some[0], error)] if len(some) == 1 else _one_by_one(some, actor, still)
    progress.report(len(requests), len(requests), "People")
    return faults


def _one_by_one(requests: Sequence[int], actor: User | None, still: Still | None) -> list[tuple[int, Exception]]:
    faults: list[tuple[int, Exception]] = []
    for key in requests:
        try:
            erase_together(requests=[key], actor=actor, still=still)
        except Exception as error:
            logger.exception("The erasure %s failed.", key)
            faults.append((key, error))
    return faults


def erase_together(*, requests: Sequence[int], actor: User | None, still: Still | None = None) -> None:
    """Erase these people in one transaction where that is still to be done; then remove their files, which cannot be
    rolled back. Who is held since stays, as whose time is not over any more, and the request says so."""
    with transaction.atomic():
        mark = mark_of_now()
        rows = PrivacyRequest.objects.select_for_update().filter(pk__in=requests, kind=RequestKind.ERASURE)
        open_ones = list(rows.exclude(state__in=(RequestState.DONE, RequestState.REFUSED)).order_by("contact_id"))
        plans: list[tuple[PrivacyRequest, Erasure]] = []
        for request in open_ones:
            # a hold is placed under the same lock: whoever came first has their way
            contact = Contact.objects.select_for_update().get(pk=request.contact_id)
            if holds_of(family_of(contact)):
                refuse(request=request, why=HELD)
            elif still is not None and request.reason == ErasureReason.TIME and not still(contact):
                refuse(request=request, why=NOT_OVER)
            else:
                plans.append((request, plan_erasure([lock_person(contact)])))
        if plans:
            _erase(plans, actor, mark)
    note_under_way(requests)
    for key in requests:
        remove_left(key)
    keep_beside_uploads()


def _erase(plans: list[tuple[PrivacyRequest, Erasure]], actor: User | None, mark: str) -> None:
    counts = [plan.counts() for _, plan in plans]
    write_down(Contact.objects.filter(pk__in=[key for _, plan in plans for key in plan.ids]))
    names = erase(together([plan for _, plan in plans]))
    failpoint("erasure before its end")
    for at, (request, plan) in enumerate(plans):
        consents = next(keys for table, keys in plan.keys if table.model == "contacts.consent")
        PrivacyRequest.objects.filter(pk=request.pk).update(
            state=RequestState.DONE, done_at=timezone.now(), counts={"tables": counts[at]}, note="",
            files_left=names if at == 0 else [], sealed=sealed(plan.persons[0]),
            late={"mark": mark, "consents": consents},
        )  # fmt: skip
        contact = Contact.objects.get(pk=request.contact_id)
        log(actor=actor, verb="erase", object=contact, contact_id=contact.pk, summary="Erased a person")


def refuse(*, request: PrivacyRequest, why: str) -> None:
    """Say that a request is not done, and why."""
    PrivacyRequest.objects.filter(pk=request.pk).update(
        state=RequestState.REFUSED, done_at=timezone.now(), counts={"why": why}
    )
    log(actor=None, verb="refuse erasure", object=request, contact_id=request.contact_id, summary=why)
