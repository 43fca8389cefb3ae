"""Stopping sequences: for what happened to the lead, and by hand. Mails that wait to leave are called back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from crm.log import log
from crm.mail.actions import cancel_mail
from crm.mail.choices import WAITING_STATES
from crm.models import OutgoingMail, User
from leads.choices import RUNNING, EnrolmentState, StopReason
from leads.models import Enrolment, SequenceTouch
from leads.nurturing.rule import to_stop

AT_ONCE = 500


def stop_due() -> int:
    """Stop every sequence that has to stop, some hundred a transaction; how many."""
    stopped = 0
    while True:
        with transaction.atomic():
            found = _stop(Enrolment.objects.filter(state__in=RUNNING).order_by("pk"))
        stopped += found
        if found < AT_ONCE:
            return stopped


def stop_leads(lead_ids: Iterable[int]) -> int:
    """Stop what has to stop for these leads, in the transaction of what happened to them. One that is just being
    touched is left to the next run: that asks again before it does anything."""
    return _stop(Enrolment.objects.filter(lead__in=list(lead_ids), state__in=RUNNING))


def end(enrolment: Enrolment, state: str, *, reason: str = "", actor: User | None = None) -> None:
    """Bring a running enrolment, whose row is locked, to its end."""
    now = timezone.now()
    enrolment.state, enrolment.reason, enrolment.ended_at = state, reason, now
    enrolment.next_step, enrolment.next_at = None, None
    enrolment.save(update_fields=["state", "reason", "ended_at", "next_step", "next_at"])
    if state == EnrolmentState.STOPPED:
        _call_back(enrolment)
        why = "" if reason == StopReason.HAND else f": {StopReason(reason).label.lower()}"
        said = f"Stopped the sequence “{enrolment.sequence}”{why}"
        lead = enrolment.lead
        log(actor=actor, verb="nurture", object=lead, contact_id=lead.contact_id, summary=said)


def _stop(rows: QuerySet[Enrolment]) -> int:
    locked = to_stop(rows).select_for_update(of=("self",), skip_locked=True).select_related("sequence", "lead")
    found = list(locked[:AT_ONCE])
    for enrolment in found:
        end(enrolment, EnrolmentState.STOPPED, reason=enrolment.stops)
    return len(found)


def _call_back(enrolment: Enrolment) -> None:
    """Mails of this lead's steps that wait to leave never do."""
    sent = SequenceTouch.objects.filter(enrolment=enrolment, mail_id__isnull=False).values("mail_id")
    since = timezone.now() - dt.timedelta(days=30)
    for mail in OutgoingMail.objects.filter(pk__in=sent, state__in=WAITING_STATES, created_at__gte=since):
        try:
            with transaction.atomic():
                cancel_mail(actor=None, mail=mail)
        except ValidationError:
            # it has left in this moment
            continue
