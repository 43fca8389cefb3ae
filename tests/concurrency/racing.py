"""Several people at once, each in a thread of their own with a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections


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


def fields_in(html: str, names: Sequence[str]) -> dict[str, str]:
    """The values of hidden fields of a page."""
    found = {}
    for name in names:
        part = html.partition(f'name="{name}" value="')[2]
        found[name] = part.partition('"')[0].replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&")
    return found
