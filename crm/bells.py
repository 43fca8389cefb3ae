"""Telling a worker that a row waits for it. A bell, not a ledger: where nobody hears it, the sweeper rings again.

Who rings is often a page that somebody waits for, so a broker that is away or frozen costs it a second at most, and
for a while after that nothing: it is not asked again.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import Task

logger = logging.getLogger(__name__)
SILENCE_SECONDS = 5.0


class _Broker:
    """When this process may ask the broker again."""

    silent_until = 0.0


def ring(task: Task, *args: Any, queue: str, countdown: float = 0) -> bool:
    """Have `task` run with `args` by a worker of `queue`, after `countdown` seconds; False where nobody heard it."""
    if time.monotonic() < _Broker.silent_until:
        return False
    try:
        task.apply_async(args, queue=queue, retry=False, countdown=countdown or None)
    except Exception as error:  # whatever it is that fails: the row is there, and the sweeper finds it
        _Broker.silent_until = time.monotonic() + SILENCE_SECONDS
        logger.warning("The broker did not take a bell (%s); the sweeper will ring again.", type(error).__name__)
        return False
    return True
