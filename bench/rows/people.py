"""Twenty people at once, each with a request every three seconds, on the pages that are opened most."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Iterator

from bench.measuring import Line, at_most
from bench.rows.record import busiest
from bench.sites import BenchError, Visitor
from bench.world import World

PEOPLE, PAUSE, SECONDS = 20, 3.0, 45.0
ROLES = ("manager", "rep", "marketer", "agent", "admin")
MOST_SECONDS = 0.150
RECORD = "a contact that they may see"


def measure(world: World) -> Iterator[Line]:
    """The 95th percentile of all answers, and the answers that were no page."""
    pages = ["/", "/contacts/", "/contacts/?q=ann", RECORD, "/orders/", "/products/", "/jobs/"]
    records = {role: busiest(f"{role}@example.com") for role in ROLES}
    answers: list[tuple[str, float]] = []
    errors: list[str] = []
    end = time.monotonic() + SECONDS

    def live(number: int, visitor: Visitor) -> None:
        record = f"/contacts/{records[ROLES[number % len(ROLES)]]}/"
        chance = random.Random(number)
        time.sleep(chance.uniform(0, PAUSE))
        while time.monotonic() < end:
            path = chance.choice(pages)
            start = time.monotonic()
            try:
                visitor.get(record if path == RECORD else path)
            except BenchError as error:
                errors.append(f"{path}: {error}")
            answers.append((path, time.monotonic() - start))
            time.sleep(max(0.0, PAUSE - (time.monotonic() - start)))

    threads = [
        threading.Thread(
            target=live,
            args=(number, world.fresh_visitor(world.port, f"{ROLES[number % len(ROLES)]}@example.com")),
        )
        for number in range(PEOPLE)
    ]
    for path in pages:
        world.visitor(world.port).get(f"/contacts/{records['manager']}/" if path == RECORD else path)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = [taken for _, taken in answers]
    p95 = statistics.quantiles(seconds, n=20)[-1]
    slowest = max(pages, key=lambda path: statistics.median([taken for page, taken in answers if page == path] or [0]))
    what = f"{PEOPLE} people, {len(answers)} pages: p95 (slowest page: {slowest})"
    yield at_most("people", what, p95, MOST_SECONDS, "ms")
    yield at_most("people", "answers that were no page", len(errors) + 0.0, 0.5)
