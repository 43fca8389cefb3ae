"""Several people at once, each in a thread of their own with a connection of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, connections

PATIENCE_SECONDS = 60
WAITING_SQL = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'
"""


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all at the same moment; what each returned, in order. Raises what the first that failed raised."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)
    faults: list[BaseException] = []

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            results[place] = work()
        except BaseException as fault:  # told to the caller
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if faults:
        raise faults[0]
    return results


def beside(work: Callable[[], object]) -> threading.Thread:
    """Do it on a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def until_somebody_waits() -> None:
    """Until a connection to this database waits for a lock. Raises AssertionError where none does."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees its first look again
            cursor.execute(WAITING_SQL)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("Nobody waits for a lock.")


def fields_in(html: str, names: Sequence[str]) -> dict[str, str]:
    """The values of hidden fields of a page."""
    found = {}
    for name in names:
        part = html.partition(f'name="{name}" value="')[2]
        found[name] = part.partition('"')[0].replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&")
    return found
