"""Signs of life of worker and beat: a row each, written now and then by what they do anyway."""

from __future__ import annotations

import datetime as dt
import logging
import time

from django.db import Error
from django.utils import timezone

from crm.models import Heartbeat

logger = logging.getLogger(__name__)
EVERY_SECONDS = 10.0
# beat rings every 20 seconds; a worker may be busy with one task for a while, its neighbours in the pool are not
LATE = {"worker": dt.timedelta(minutes=3), "beat": dt.timedelta(minutes=2)}


class _Last:
    """When this process last wrote."""

    at = float("-inf")


def beat_now(name: str) -> None:
    """Write that this kind of process lives, at most every ten seconds. A database that is away ends nothing."""
    now = time.monotonic()
    if now - _Last.at < EVERY_SECONDS:
        return
    _Last.at = now
    try:
        Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})
    except Error as error:
        logger.warning("The sign of life of %s was not written (%s).", name, type(error).__name__)


def silent_for(name: str) -> dt.timedelta | None:
    """How long nothing was heard of a kind of process; None where nothing ever was."""
    row = Heartbeat.objects.filter(name=name).first()
    return timezone.now() - row.at if row else None
