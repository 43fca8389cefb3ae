"""Erasures of many people at once: what stands in the way of whom, then one job for all that can be erased."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts.choices import RequestKind, RequestState
from contacts.models import Contact, Hold, PrivacyRequest
from contacts.privacy.actions import is_at_work, new_request
from contacts.privacy.retention.kinds import Times
from contacts.privacy.retention.rules import keeping
from crm.company import company_today
from crm.jobs import start_job
from crm.languages.refusing import refused
from crm.log import log
from crm.models import JobRun, User
from crm.templatetags.figures import number, plural

MOST = 1_000
ORGANIZATION, GONE, HELD, AT_WORK = (
    "an organization: only persons are erased",
    "erased already",
    "their data are held",
    "a request is at work already",
)


@dataclass(frozen=True)
class Preview:
    """Who can be erased, who cannot and why, and how many of the first have something open, by what it is."""

    ready: list[Contact]
    refused: list[tuple[Contact, str]]
    standing: list[tuple[str, int]]

    @property
    def mark(self) -> str:
        """Of whom exactly it shows as ready: other people have another, be they as many."""
        keys = ",".join(str(key) for key in sorted(one.pk for one in self.ready))
        return hashlib.sha256(keys.encode()).hexdigest()


def look_at(contacts: Iterable[Contact], *, is_for_update: bool = False) -> Preview:
    """What would become of these contacts; one that was merged goes as the one that it went into."""
    keys = sorted({one.merged_into_id or one.pk for one in contacts})
    rows = Contact.objects.filter(pk__in=keys).order_by("pk")
    current = list(rows.select_for_update() if is_for_update else rows)
    standing = Hold.objects.standing(company_today())
    holding = standing.filter(Q(contact__in=keys) | Q(contact__merged_into__in=keys))
    held = {one for pair in holding.values_list("contact", "contact__merged_into") for one in pair}
    at_work = {one.contact_id for one in _open_requests(keys) if is_at_work(one)}
    refused = [(one, why) for one in current if (why := _why_not(one, held, at_work))]
    left_out = {one.pk for one, _ in refused}
    ready = [one for one in current if one.pk not in left_out]
    return Preview(ready, refused, _standing([one.pk for one in ready]))


@transaction.atomic
def ask_for_many(
    *,
    actor: User | None,
    contacts: Iterable[Contact],
    reason: str,
    note: str = "",
    typed: int | None = None,
    shown: str | None = None,
) -> JobRun:
    """Have all of these people erased by one job, that can be; the job tells who could not be, and why. `typed` is the
    number that somebody typed, `shown` the mark of the preview that they saw; None where nobody is asked. Raises
    ValidationError where either is another one now, where there is nobody to erase, and for more than `MOST`."""
    given = list(contacts)
    if len(given) > MOST:
        raise refused("At most %(most)s people at once.", most=lambda: number(MOST))
    preview = look_at(given, is_for_update=True)
    if not preview.ready:
        raise ValidationError("None of them can be erased.")
    if shown is not None and shown != preview.mark:
        raise ValidationError("The list changed since it was shown: look at it again, then type the number.")
    if typed is not None and typed != len(preview.ready):
        raise ValidationError(
            {"typed": refused("Type the number of people as it stands here: %(ready)s", ready=len(preview.ready))}
        )
    # those whose job was cancelled or failed: asked for when they were, and taken up
    waiting = {one.contact_id: one for one in _open_requests([one.pk for one in preview.ready])}
    requests = []
    for contact in preview.ready:
        request = waiting.get(contact.pk) or new_request(
            contact=contact, kind=RequestKind.ERASURE, state=RequestState.WORKING, reason=reason, note=note, actor=actor
        )
        request.save()
        requests.append(request)
    count = plural(len(requests), "person", "people")
    job = start_job(
        actor=actor,
        kind="erasure",
        title=f"Erase {count}",
        parameters={
            "requests": [one.pk for one in requests],
            "left": [[contact.pk, why] for contact, why in preview.refused],
        },
    )
    PrivacyRequest.objects.filter(pk__in=[one.pk for one in requests]).update(job=job)
    log(actor=actor, verb="ask for erasure", kind=Contact, summary=f"Erasure of {count}: {reason}", job=job)
    return job


def _why_not(contact: Contact, held: set[Any], at_work: set[Any]) -> str:
    if contact.is_organization:
        return ORGANIZATION
    if contact.erased_at is not None:
        return GONE
    if contact.pk in held:
        return HELD
    return AT_WORK if contact.pk in at_work else ""


def _open_requests(keys: list[int]) -> QuerySet[PrivacyRequest]:
    return PrivacyRequest.objects.filter(contact__in=keys, kind=RequestKind.ERASURE, done_at=None).select_related("job")


def _standing(keys: list[int]) -> list[tuple[str, int]]:
    """What should be ended before, and how many of them have it."""
    now = timezone.now()
    people = Contact.objects.filter(pk__in=keys)
    found = [(one.title, people.filter(one.keeps("pk", Times(now, now))).count()) for one in keeping() if one.is_open]
    return [(words, count) for words, count in found if count]
