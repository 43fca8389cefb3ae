"""Channels: made on first use, paced, and paused by themselves after errors in a row."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from crm.languages.refusing import refused
from crm.mail.choices import DEFAULT_CHANNEL
from crm.models import MailChannel

ERRORS_BEFORE_PAUSE = 5
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(minutes=1), dt.timedelta(hours=1)

# each mail takes the next moment of the channel's beat; who comes after a silence starts the beat anew, and so does who
# comes after a clock that was ahead: no beat is so slow
TURN_SQL = """
UPDATE crm_mailchannel
SET next_at = CASE WHEN next_at > now() + interval '5 minutes' THEN now() ELSE greatest(next_at, now()) END
  + make_interval(secs => 60.0 / rate_per_minute)
WHERE id = %s AND rate_per_minute IS NOT NULL
  AND (next_at <= now() + make_interval(secs => %s) OR next_at > now() + interval '5 minutes')
RETURNING extract(epoch FROM next_at - now()) - 60.0 / rate_per_minute
"""


def channel_named(name: str = DEFAULT_CHANNEL) -> MailChannel:
    """The channel of this name. Raises ValidationError where the environment gives it no server."""
    if name not in settings.CRM_MAIL_SERVERS:
        raise refused(
            "There is no mail channel “%(name)s”; set EMAIL_URL_%(variable)s to have one.",
            name=name,
            variable=name.upper(),
        )
    channel, _ = MailChannel.objects.get_or_create(name=name)
    return channel


def take_turn(channel: MailChannel, patience: float) -> float | None:
    """Seconds until this mail may leave at the channel's rate; None when that is more than `patience` seconds away."""
    if channel.rate_per_minute is None:
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute(TURN_SQL, [channel.pk, patience])
        row = cursor.fetchone()
    return max(0.0, float(row[0])) if row else None


def note_trouble(channel_id: int, sentence: str) -> None:
    """Count an error; from the fifth in a row on, pause, each time for twice as long, up to an hour."""
    with transaction.atomic():
        channel = MailChannel.objects.select_for_update().get(pk=channel_id)
        channel.consecutive_errors += 1
        channel.last_error = sentence
        is_paused_by_somebody = channel.paused_at is not None and channel.paused_until is None
        if channel.consecutive_errors >= ERRORS_BEFORE_PAUSE and not is_paused_by_somebody:
            channel.paused_at = channel.paused_at or timezone.now()
            channel.paused_until = timezone.now() + _pause(channel.consecutive_errors)
            channel.pause_reason = f"{channel.consecutive_errors} errors in a row: {sentence}"[:300]
        channel.save(
            update_fields=["consecutive_errors", "last_error", "paused_at", "paused_until", "pause_reason"],
        )


def note_success(channel_id: int) -> None:
    """Something left: the errors are over, and a pause that the channel had taken itself."""
    rows = MailChannel.objects.filter(pk=channel_id)
    rows.filter(consecutive_errors__gt=0).update(consecutive_errors=0, last_error="")
    rows.filter(paused_until__isnull=False).update(paused_at=None, paused_until=None, pause_reason="")


def _pause(errors: int) -> dt.timedelta:
    doubled: int = 2 ** min(errors - ERRORS_BEFORE_PAUSE, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)
