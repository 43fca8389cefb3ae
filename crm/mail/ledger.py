"""Moving rows from state to state, one at a time, each by one statement; many at once: `crm.mail.slots`."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone

from crm.holding import is_sending_held
from crm.mail.addresses import normal_address
from crm.mail.choices import MailKind, MailState, SuppressionReason
from crm.mail.replies import Outcome, Verdict
from crm.mail.suppression import closing
from crm.models import OutgoingMail, SuppressedAddress

logger = logging.getLogger(__name__)
# minutes until the next attempt, by attempts made; about four days in all
PAUSES = (1, 5, 15, 60, 180, 360, 720, 1440, 1440, 1440)
MOST_UNANSWERED = 3
JITTER = secrets.SystemRandom()

# what a row may have become, by the time that its sender learns that it was sent
BEFORE_SENT = [MailState.IN_FLIGHT.value, MailState.UNCERTAIN.value, MailState.QUEUED.value, MailState.PARKED.value]


def is_anything_due(channel_id: int) -> bool:
    """Whether the channel is open, nothing is held back, and a row waits for it."""
    if is_sending_held():
        return False
    now = timezone.now()
    is_open = Q(channel__paused_at__isnull=True) | Q(channel__paused_until__lte=now)
    is_in_time = Q(closes_at=None) | Q(closes_at__gt=now)
    rows = OutgoingMail.objects.filter(is_open, is_in_time, channel_id=channel_id, state=MailState.QUEUED)
    return rows.filter(due_at__lte=now).exists()


def is_suppressed(mail: OutgoingMail) -> bool:
    """Whether nothing may go to the address of a row."""
    return closing(normal_address(mail.recipient)).exists()


def is_in_flight(mail: OutgoingMail) -> bool:
    """Whether its sender still has it in its hands; somebody may have called it back."""
    return OutgoingMail.objects.filter(pk=mail.pk, state=MailState.IN_FLIGHT).exists()


def record(mail: OutgoingMail, outcome: Outcome) -> None:
    """Write what came of a claimed row. A row that somebody took for abandoned meanwhile still learns what is known."""
    rows = OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts)
    rows = rows.filter(state__in=BEFORE_SENT if outcome.verdict == Verdict.SENT else [MailState.IN_FLIGHT])
    if not rows.update(**_changes(mail, outcome)):
        logger.warning("Mail %s was settled elsewhere while it was being sent.", mail.pk)


def cancel_suppressed(mail: OutgoingMail) -> None:
    """End a claimed row whose address gets nothing any more."""
    found = closing(normal_address(mail.recipient)).first()
    reason = found.get_reason_display() if found else "it was suppressed when this was due"
    OutgoingMail.objects.filter(pk=mail.pk, state=MailState.IN_FLIGHT).update(
        state=MailState.CANCELLED, last_error=f"Nothing is sent to this address: {reason}."
    )


def park(mail: OutgoingMail, sentence: str) -> None:
    """End a claimed row that cannot be made into a message."""
    OutgoingMail.objects.filter(pk=mail.pk, state=MailState.IN_FLIGHT).update(
        state=MailState.PARKED, last_error=sentence[:500]
    )


def record_doubt(mail: OutgoingMail, sentence: str, *, is_death: bool) -> None:
    """Write that its sender was lost with this row in flight; `is_death`: it alone, at once, and nobody else."""
    rows = OutgoingMail.objects.filter(pk=mail.pk, state=MailState.IN_FLIGHT)
    rows.update(**_unanswered(mail, sentence, is_death=is_death))


def record_untouched(mail: OutgoingMail) -> None:
    """Write that a taken row was not begun, whoever has given it up meanwhile: it is as it was before. One that went
    back all the same, and that another sender has taken since, is that sender's."""
    rows = OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts, state__in=BEFORE_SENT)
    rows = rows.filter(claimed_at=mail.claimed_at)
    rows.update(
        state=MailState.QUEUED,
        attempts=F("attempts") - 1,
        unanswered=mail.unanswered,
        due_at=mail.due_at,
        last_error=mail.last_error,
    )


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


def note_returned(mail: OutgoingMail, sentence: str) -> None:
    """Write that a mail that was sent has come back."""
    OutgoingMail.objects.filter(pk=mail.pk).update(last_error=f"It came back: {sentence}"[:500])


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
