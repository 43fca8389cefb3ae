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

from crm.holding import is_sending_held
from crm.mail.addresses import normal_address
from crm.mail.choices import MailKind, MailState, SuppressionReason
from crm.mail.replies import SENT, Outcome, Verdict
from crm.models import OutgoingMail, SuppressedAddress

logger = logging.getLogger(__name__)
# minutes until the next attempt, by attempts made; about four days in all
PAUSES = (1, 5, 15, 60, 180, 360, 720, 1440, 1440, 1440)
MOST_UNANSWERED = 3
JITTER = secrets.SystemRandom()
DIED = "The sender died while it was sending this; whether it left is not known."

# One statement, one commit: the mail that was just sent is written off and the next one is claimed. The priority, the
# channel's pause, the hold after a restore, rows that others hold, suppressed addresses (those in ASCII): all in here.
CLAIM_SQL = """
WITH done AS (
    UPDATE crm_outgoingmail
    SET state = 'sent', sent_at = now(), smtp_code = %(code)s, last_error = '',
        text = CASE WHEN is_secret THEN '' ELSE text END, html = CASE WHEN is_secret THEN '' ELSE html END
    WHERE id = %(sent)s AND attempts = %(attempts)s AND state = ANY(%(known)s)
    RETURNING id
)
UPDATE crm_outgoingmail AS mail
SET state = 'in_flight', attempts = mail.attempts + 1, claimed_at = now(), claimed_by = %(by)s, claimed_slot = %(slot)s
FROM crm_mailchannel AS channel
WHERE (SELECT count(*) FROM done) >= 0 -- first that, then this: a slot has one mail in flight
AND NOT EXISTS (SELECT 1 FROM crm_company WHERE sending_held_at IS NOT NULL)
AND channel.id = mail.channel_id AND (channel.paused_at IS NULL OR channel.paused_until <= now())
AND mail.id = (
    SELECT id FROM crm_outgoingmail
    WHERE channel_id = %(channel)s AND state = 'queued' AND due_at <= now() AND id IS DISTINCT FROM %(sent)s
    ORDER BY priority, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING mail.*, EXISTS (SELECT 1 FROM crm_mailattachment a WHERE a.mail_id = mail.id) AS has_attachments,
    EXISTS (SELECT 1 FROM crm_suppressedaddress s WHERE s.address = lower(mail.recipient)) AS is_suppressed
"""
# what a row may have become, by the time that its sender learns that it was sent
BEFORE_SENT = [MailState.IN_FLIGHT.value, MailState.UNCERTAIN.value, MailState.QUEUED.value, MailState.PARKED.value]


def is_anything_due(channel_id: int) -> bool:
    """Whether the channel is open, nothing is held back, and a row waits for it."""
    if is_sending_held():
        return False
    now = timezone.now()
    is_open = Q(channel__paused_at__isnull=True) | Q(channel__paused_until__lte=now)
    return OutgoingMail.objects.filter(is_open, channel_id=channel_id, state=MailState.QUEUED, due_at__lte=now).exists()


def claim(channel_id: int, slot: int, sent: OutgoingMail | None = None) -> OutgoingMail | None:
    """The next row, committed as in flight by who holds `slot`; None when nothing is due or the channel is paused.

    `sent` is written as sent by the same statement. The row says by `has_attachments` and `is_suppressed` (for an ASCII
    address) what else was found.
    """
    values = {
        "channel": channel_id,
        "slot": slot,
        "by": f"{socket.gethostname()}:{os.getpid()}"[:120],
        "known": BEFORE_SENT,
        "sent": sent.pk if sent else None,
        "attempts": sent.attempts if sent else None,
        "code": SENT.code,
    }
    return next(iter(OutgoingMail.objects.raw(CLAIM_SQL, values)), None)


def is_suppressed(mail: OutgoingMail) -> bool:
    """Whether nothing may go to the address of a claimed row."""
    if mail.recipient.isascii():
        return mail.is_suppressed
    return SuppressedAddress.objects.filter(address=normal_address(mail.recipient)).exists()


def record(mail: OutgoingMail, outcome: Outcome) -> None:
    """Write what came of a claimed row. A row that somebody took for abandoned meanwhile still learns what is known."""
    rows = OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts)
    rows = rows.filter(state__in=BEFORE_SENT if outcome.verdict == Verdict.SENT else [MailState.IN_FLIGHT])
    if not rows.update(**_changes(mail, outcome)):
        logger.warning("Mail %s was settled elsewhere while it was being sent.", mail.pk)


def cancel_suppressed(mail: OutgoingMail) -> None:
    """End a claimed row whose address gets nothing any more."""
    found = SuppressedAddress.objects.filter(address=normal_address(mail.recipient)).first()
    reason = found.get_reason_display() if found else "it was suppressed when this was due"
    OutgoingMail.objects.filter(pk=mail.pk, state=MailState.IN_FLIGHT).update(
        state=MailState.CANCELLED, last_error=f"Nothing is sent to this address: {reason}."
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


def note_gone(mail: OutgoingMail, outcome: Outcome) -> None:
    """The server said that the address does not exist."""
    suppress(
        address=normal_address(mail.recipient), reason=SuppressionReason.HARD_BOUNCE, mail=mail, note=outcome.sentence
    )


def figures(rows: QuerySet[OutgoingMail]) -> dict[str, Any]:
    """Counts by state, but of what has ended as wanted; `oldest_due`: since when the oldest row that is due waits.

    Two queries, each by an index of the few: the table itself holds every mail that was ever sent.
    """
    open_states = [MailState.HELD, MailState.IN_FLIGHT, MailState.FAILED, MailState.UNCERTAIN, MailState.PARKED]
    counts = rows.filter(state__in=open_states).order_by().values_list("state").annotate(Count("pk"))
    is_due = Q(due_at__lte=timezone.now())
    queue = rows.filter(state=MailState.QUEUED).aggregate(queued=Count("pk"), oldest_due=Min("due_at", filter=is_due))
    return {**dict.fromkeys(MailState.values, 0), **dict(counts), **queue}


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
