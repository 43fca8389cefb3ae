"""Moving rows from state to state. Nothing here speaks to a mail server; each function is one statement and commits."""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
import socket
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone

from crm.mail.choices import MailKind, MailState, SuppressionReason
from crm.mail.replies import Outcome, Verdict
from crm.models import OutgoingMail, SuppressedAddress

logger = logging.getLogger(__name__)
# minutes until the next attempt, by attempts made; about four days in all
PAUSES = (1, 5, 15, 60, 180, 360, 720, 1440, 1440, 1440)
MOST_UNANSWERED = 3
JITTER = secrets.SystemRandom()
DIED = "The sender died while it was sending this; whether it left is not known."

# the priority, the channel's pause and the rows that others hold are all seen to in one committed statement
CLAIM_SQL = """
UPDATE crm_outgoingmail AS mail
SET state = 'in_flight', attempts = mail.attempts + 1, claimed_at = now(), claimed_by = %(by)s, claimed_slot = %(slot)s
FROM crm_mailchannel AS channel
WHERE channel.id = mail.channel_id AND (channel.paused_at IS NULL OR channel.paused_until <= now())
AND mail.id = (
    SELECT id FROM crm_outgoingmail
    WHERE channel_id = %(channel)s AND state = 'queued' AND due_at <= now()
    ORDER BY priority, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING mail.*, EXISTS (SELECT 1 FROM crm_mailattachment a WHERE a.mail_id = mail.id) AS has_attachments
"""


def is_anything_due(channel_id: int) -> bool:
    """Whether the channel is open and a row waits for it."""
    now = timezone.now()
    is_open = Q(channel__paused_at__isnull=True) | Q(channel__paused_until__lte=now)
    return OutgoingMail.objects.filter(is_open, channel_id=channel_id, state=MailState.QUEUED, due_at__lte=now).exists()


def claim(channel_id: int, slot: int) -> OutgoingMail | None:
    """The next row, committed as in flight by who holds `slot`; None when nothing is due or the channel is paused."""
    by = f"{socket.gethostname()}:{os.getpid()}"[:120]
    found = OutgoingMail.objects.raw(CLAIM_SQL, {"channel": channel_id, "slot": slot, "by": by})
    return next(iter(found), None)


def record(mail: OutgoingMail, outcome: Outcome) -> None:
    """Write what came of a claimed row. A row that somebody took for abandoned meanwhile still learns what is known."""
    known = [MailState.IN_FLIGHT, MailState.UNCERTAIN, MailState.QUEUED, MailState.PARKED]
    rows = OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts)
    rows = rows.filter(state__in=known if outcome.verdict == Verdict.SENT else [MailState.IN_FLIGHT])
    if not rows.update(**_changes(mail, outcome)):
        logger.warning("Mail %s was settled elsewhere while it was being sent.", mail.pk)


def cancel_suppressed(mail: OutgoingMail, suppressed: SuppressedAddress) -> None:
    """End a claimed row whose address gets nothing any more."""
    sentence = f"Nothing is sent to this address: {suppressed.get_reason_display()}."
    OutgoingMail.objects.filter(pk=mail.pk, state=MailState.IN_FLIGHT).update(
        state=MailState.CANCELLED, last_error=sentence
    )


def park(mail: OutgoingMail, sentence: str) -> None:
    """End a claimed row that cannot be made into a message."""
    OutgoingMail.objects.filter(pk=mail.pk, state=MailState.IN_FLIGHT).update(
        state=MailState.PARKED, last_error=sentence[:500]
    )


def settle(channel_id: int, slot: int) -> int:
    """Settle the row that a dead sender left in flight. Only who holds the lock of `slot` may call this."""
    left = OutgoingMail.objects.filter(channel_id=channel_id, claimed_slot=slot, state=MailState.IN_FLIGHT)
    rows = list(left)
    for mail in rows:
        left.filter(pk=mail.pk).update(**_unanswered(mail, DIED, is_death=True))
    return len(rows)


def slots_in_flight() -> list[tuple[int, int]]:
    """(channel id, slot) of the rows in flight."""
    rows = OutgoingMail.objects.filter(state=MailState.IN_FLIGHT, claimed_slot__isnull=False)
    return [(channel, slot or 0) for channel, slot in rows.values_list("channel_id", "claimed_slot").distinct()]


def suppress(*, address: str, reason: str, mail: OutgoingMail | None = None, note: str = "") -> bool:
    """Send nothing to this address (in its normal form) any more; False when that was so already."""
    _, is_new = SuppressedAddress.objects.get_or_create(
        address=address, defaults={"reason": reason, "mail": mail, "note": note[:300]}
    )
    return is_new


def note_gone(mail: OutgoingMail, address: str, outcome: Outcome) -> None:
    """The server said that the address does not exist."""
    suppress(address=address, reason=SuppressionReason.HARD_BOUNCE, mail=mail, note=outcome.sentence)


def figures(rows: QuerySet[OutgoingMail]) -> dict[str, Any]:
    """Counts by state, and `oldest_due`: since when the oldest row that is due has been waiting."""
    counts = {state: Count("pk", filter=Q(state=state)) for state in MailState.values}
    waiting = Q(state=MailState.QUEUED, due_at__lte=timezone.now())
    unfinished = rows.exclude(state__in=[MailState.SENT, MailState.CANCELLED])
    return unfinished.aggregate(**counts, oldest_due=Min("due_at", filter=waiting))


def _changes(mail: OutgoingMail, outcome: Outcome) -> dict[str, Any]:
    """The columns that change with an outcome."""
    said = {"smtp_code": outcome.code, "last_error": outcome.sentence}
    if outcome.verdict == Verdict.SENT:
        forgotten = {"text": "", "html": ""} if mail.is_secret else {}
        return {**said, **forgotten, "state": MailState.SENT, "sent_at": timezone.now()}
    if outcome.verdict == Verdict.REFUSED:
        return {**said, "state": MailState.FAILED}
    if outcome.verdict == Verdict.UNTOUCHED:
        return {**said, "state": MailState.QUEUED, "attempts": F("attempts") - 1, "due_at": _pause_after(1)}
    if outcome.verdict == Verdict.UNKNOWN:
        return {**said, **_unanswered(mail, outcome.sentence, is_death=False)}
    if mail.attempts > len(PAUSES):
        return {**said, "state": MailState.FAILED, "last_error": f"Given up after four days: {outcome.sentence}"}
    return {**said, "state": MailState.QUEUED, "due_at": _pause_after(mail.attempts)}


def _unanswered(mail: OutgoingMail, sentence: str, *, is_death: bool) -> dict[str, Any]:
    """By the promise: doubt is shown and never sent again by itself, or it is sent again, three times at most."""
    count = mail.unanswered + 1
    changes: dict[str, Any] = {"unanswered": count, "last_error": sentence}
    if mail.kind == MailKind.AT_MOST_ONCE:
        return {**changes, "state": MailState.UNCERTAIN}
    if count >= MOST_UNANSWERED:
        return {**changes, "state": MailState.PARKED}
    due_at = timezone.now() if is_death and count == 1 else _pause_after(count)
    return {**changes, "state": MailState.QUEUED, "due_at": due_at}


def _pause_after(attempts: int) -> dt.datetime:
    """When to try again: a minute after the first attempt, growing to a day, 20 % more or less."""
    minutes = PAUSES[min(attempts, len(PAUSES)) - 1] * JITTER.uniform(0.8, 1.2)
    return timezone.now() + dt.timedelta(minutes=minutes)
