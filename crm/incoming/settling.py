"""What a bounce or a complaint changes: the address that it is about gets no more mail, and the mail says why.

Anybody can write what looks like a bounce. It counts only where it shows an id of a mail of ours that had gone to that
very address; those ids are known to us and to who got the mail.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from crm.incoming.bounces import Report
from crm.incoming.reading import ReadMail
from crm.incoming.threads import answered_by_address
from crm.mail.addresses import normal_address
from crm.mail.choices import SuppressionReason
from crm.mail.ledger import note_returned, suppress
from crm.models import IncomingMail, OutgoingMail

MOST_SOFT, SOFT_WITHIN = 5, dt.timedelta(days=30)


def mail_behind(report: Report, read: ReadMail) -> OutgoingMail | None:
    """The mail of ours that a report is about, where it had gone to the address of the report."""
    signed = answered_by_address(read.recipients)
    ids = Q(message_id__in=report.message_ids) | Q(guid__in=list(_guids(report.delivery_ids)))
    named = OutgoingMail.objects.filter(ids).order_by("-pk")[:20] if report.message_ids or report.delivery_ids else ()
    for mail in filter(None, (signed, *named)):
        if not report.address or normal_address(mail.recipient) == report.address:
            return mail
    return None


def settle_bounce(mail: IncomingMail, report: Report, returned: OutgoingMail | None) -> str:
    """Write what a bounce says into the ledger of outgoing mail; a sentence that says what was done."""
    if returned is None:
        return "It shows no mail of ours to that address, so nothing was changed."
    if report.is_delay:
        return "The mail server still tries; nothing was changed."
    note_returned(returned, report.reason or "It came back.")
    address = normal_address(returned.recipient)
    if report.is_gone:
        suppress(address=address, reason=SuppressionReason.HARD_BOUNCE, mail=returned, note=report.reason)
        return "The address does not exist: it gets no more mail."
    if _soft_bounces(mail, address) >= MOST_SOFT:
        note = f"{MOST_SOFT} mails came back within {SOFT_WITHIN.days} days: {report.reason}"
        suppress(address=address, reason=SuppressionReason.HARD_BOUNCE, mail=returned, note=note)
        return "So many came back that it gets no more mail."
    return "It came back; the address is tried again."


def settle_complaint(report: Report, returned: OutgoingMail | None) -> str:
    """Write to who complained no more; a sentence that says what was done."""
    if returned is None:
        return "It shows no mail of ours, so nothing was changed."
    suppress(
        address=normal_address(returned.recipient),
        reason=SuppressionReason.COMPLAINT,
        mail=returned,
        note=report.reason,
    )
    return "Its owner complained: the address gets no more mail."


def _soft_bounces(mail: IncomingMail, address: str) -> int:
    """How many mails to the address came back lately, this one among them."""
    since = timezone.now() - SOFT_WITHIN
    before = IncomingMail.objects.filter(bounced_address=address, answers__isnull=False, received_at__gte=since)
    return before.exclude(pk=mail.pk).values("answers").distinct().count() + 1


def _guids(texts: Iterable[str]) -> Iterable[uuid.UUID]:
    for text in texts:
        try:
            yield uuid.UUID(text)
        except ValueError:
            continue
