"""Signs of life of the workers and of beat: a row for each kind, written now and then by what they do anyway."""

from __future__ import annotations

import logging
import time

from django.db import Error
from django.utils import timezone

from crm.models import Heartbeat

logger = logging.getLogger(__name__)
EVERY_SECONDS = 10.0


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
