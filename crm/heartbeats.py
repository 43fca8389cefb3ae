"""Signs of life of the workers and of beat: a row for each kind, written now and then by what they do anyway."""

from __future__ import annotations

import datetime as dt
import logging
import time

from django.db import Error
from django.utils import timezone

from crm.models import Heartbeat

logger = logging.getLogger(__name__)
EVERY_SECONDS = 10.0
# beat rings every 20 seconds; a worker ticks while its broker answers, whatever its pool is busy with
LATE = {
    "worker": dt.timedelta(minutes=3),
    "quick": dt.timedelta(minutes=3),
    "batch": dt.timedelta(minutes=3),
    "beat": dt.timedelta(minutes=2),
}
EVERYWHERE = ("worker", "beat")  # the others are missed only where they were seen once


class _Last:
    """When this process last wrote."""

    at = float("-inf")


def beat_now(name: str) -> bool:
    """Write that this kind of process lives, at most every ten seconds; whether it was time. A database that is away
    ends nothing.
    """
    now = time.monotonic()
    if now - _Last.at < EVERY_SECONDS:
        return False
    _Last.at = now
    try:
        Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
    except Error as error:
        logger.warning("The sign of life of %s was not written (%s).", name, type(error).__name__)
    return True


def silent_for(name: str) -> dt.timedelta | None:
    """How long nothing was heard of a kind of process; None where nothing ever was."""
    row = Heartbeat.objects.filter(name=name).first()
    return timezone.now() - row.at if row else None
