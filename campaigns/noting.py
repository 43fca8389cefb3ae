"""Raw looks and clicks on their way into the database: never waited for by who clicked, nor by who clicks next.

A web process puts each into a queue of its own, which one thread writes down, many with one INSERT. A database that is
away, or that waits for something itself, is asked again each second; meanwhile the queue grows up to a bound. What is
above it is counted in a warning and lost, as is what a killed process still had. Other processes write at once.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Sequence

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from campaigns.models import Hit

logger = logging.getLogger(__name__)
MOST_WAITING, BATCH = 20_000, 500
AGAIN_SECONDS, PAUSE_SECONDS = 1.0, 0.5
END_SECONDS = 5.0  # below the time that a web process is given to end


class Notes:
    """The queue of one process and its thread, which begins with the first note. Where it has ended by a fault (or a
    fork), the next note begins it anew."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._waiting: queue.Queue[Hit] = queue.Queue(most)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_ending = threading.Event()
        self._lost = 0

    def put(self, hit: Hit) -> None:
        """Take a note; returns at once."""
        try:
            self._waiting.put_nowait(hit)
        except queue.Full:
            self._lost += 1
            if self._lost.bit_count() == 1:  # the first, the second, the fourth: a warning for each would be a flood
                logger.warning("%s looks or clicks could not be kept: the database does not take them.", self._lost)
        if self._thread is None or not self._thread.is_alive():
            self._begin()

    def end(self) -> None:
        """Write what waits, for some seconds at most; what a process does before it ends."""
        self._is_ending.set()
        if self._thread is not None:
            self._thread.join(END_SECONDS)
            if self._thread.is_alive():
                logger.warning("The database has not taken the last looks or clicks before the end: they are lost.")

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                atexit.register(self.end)
            elif self._thread.is_alive():
                return
            self._thread = threading.Thread(target=self._work, name="notes", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            batch = self._next()
            if batch:
                self._write(batch)
            elif self._is_ending.is_set():
                return

    def _next(self) -> list[Hit]:
        batch: list[Hit] = []
        with contextlib.suppress(queue.Empty):  # no more than that for now
            batch.append(self._waiting.get(timeout=PAUSE_SECONDS))
            while len(batch) < BATCH:
                batch.append(self._waiting.get_nowait())
        return batch

    def _write(self, batch: Sequence[Hit]) -> None:
        """Until the database has taken them."""
        while True:
            try:
                write(batch)
                return
            except (OperationalError, InterfaceError):
                logger.warning("%s looks or clicks wait for the database.", len(batch), exc_info=True)
                time.sleep(AGAIN_SECONDS)
            finally:
                connection.close()  # back to the pool; a broken one is not used again


def write(batch: Sequence[Hit]) -> None:
    """Write notes down together. Where the database refuses them, each by itself: one bad one costs no other.

    Raises OperationalError where it cannot be asked at all.
    """
    try:
        Hit.objects.bulk_create(batch)
        return
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError:
        logger.warning("%s looks or clicks were refused together; now one by one.", len(batch), exc_info=True)
    for hit in batch:
        try:
            hit.save(force_insert=True)
        except (OperationalError, InterfaceError):
            raise
        except DatabaseError:
            logger.warning("A %s of a campaign could not be written down.", hit.kind, exc_info=True)


_notes = Notes()


def note(hit: Hit) -> None:
    """Have a look or click written down. It costs who clicked nothing, whatever the database does."""
    if settings.CRM_PROCESS == "web":
        _notes.put(hit)
        return
    try:
        write([hit])
    except (OperationalError, InterfaceError):
        logger.warning("A %s of a campaign could not be written down.", hit.kind, exc_info=True)
