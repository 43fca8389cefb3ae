"""Duplicates over the whole base: all contacts compared; beside the time and the memory that it may take."""

from __future__ import annotations

import datetime as dt
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.db import connection

from analytics.runs import run_steps
from bench.base import UNTIL
from bench.measuring import Line, at_most, timed
from bench.world import World
from contacts.models import Contact

MOST_SECONDS, MOST_GIGABYTES = 15 * 60, 6
FULL = 1_000_000
EVERY_SECONDS = 0.5


def measure(world: World) -> Iterator[Line]:
    """Run the step once; the limits are for a million contacts, and smaller bases have their share of the time. The
    memory is that of this process at its highest and of its PostgreSQL backend beside it."""
    contacts = Contact.objects.current().count()
    share = min(1.0, max(contacts / FULL, 0.02))
    day = dt.date.fromisoformat(str(UNTIL))
    with _backend_at_its_highest() as backend:
        seconds = timed(partial(run_steps, actor=None, as_of=day, only=["duplicates"]))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    yield at_most("duplicates", f"{contacts:,} contacts compared", seconds, MOST_SECONDS * share, "s")
    yield at_most("duplicates", "memory of the process and its backend", own + backend[0], MOST_GIGABYTES, "GB")


@contextmanager
def _backend_at_its_highest() -> Iterator[list[float]]:
    """The private memory of the backend of this connection (GB), looked at twice a second; 0 where it is elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    place, most, is_over = Path(f"/proc/{pid}/smaps_rollup"), [0.0], threading.Event()

    def watch() -> None:
        while not is_over.is_set():
            most[0] = max(most[0], _private(place))
            time.sleep(EVERY_SECONDS)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield most
    finally:
        is_over.set()
        watcher.join()


def _private(place: Path) -> float:
    try:
        lines = place.read_text().splitlines()
    except OSError:  # another machine, or another user's process
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024**2
