"""Twenty people at once, each with a request every three seconds, on the pages that are opened most: alone, and while
a file comes in, a campaign's mails leave and the analysis of the night runs."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from bench.base import TOP
from bench.measuring import Line, at_most
from bench.rows.importing import write_file
from bench.rows.mails import CHANNEL, MAILS, drafts, sink
from bench.rows.record import busiest
from bench.sites import BenchError, Visitor
from bench.world import World
from crm.mail.actions import send_mails
from crm.mail.channels import channel_named
from crm.mail.servers import MailServer
from crm.models import OutgoingMail

PEOPLE, PAUSE, SECONDS = 20, 3.0, 45.0
ROLES = ("manager", "rep", "marketer", "agent", "admin")
MOST_SECONDS = 0.150
RECORD = "a contact that they may see"
PAGES = ("/", "/contacts/", "/contacts/?q=ann", RECORD, "/orders/", "/pipeline/", "/leads/", "/tickets/", "/tasks/",
         "/search/?q=ann")  # fmt: skip


@dataclass
class Lived:
    """What twenty people saw: each page with its seconds, and the answers that were no page."""

    answers: list[tuple[str, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """Seconds; of all answers."""
        return statistics.quantiles([taken for _, taken in self.answers], n=20)[-1]

    @property
    def slowest(self) -> str:
        """The page with the longest median."""
        took = {path: [taken for page, taken in self.answers if page == path] or [0.0] for path in PAGES}
        return max(PAGES, key=lambda path: statistics.median(took[path]))


def measure(world: World) -> Iterator[Line]:
    """The 95th percentile of all answers, and the answers that were no page."""
    records = {role: busiest(f"{role}@example.com") for role in ROLES}
    for path in PAGES:
        world.visitor(world.port).get(f"/contacts/{records['manager']}/" if path == RECORD else path)
    yield from lines("", live(world, records))
    with work_going_on(world):
        lived = live(world, records)
    yield from lines(" while a file, a campaign and the night run", lived)


def lines(when: str, lived: Lived) -> Iterator[Line]:
    what = f"{PEOPLE} people{when}, {len(lived.answers)} pages: p95 (slowest page: {lived.slowest})"
    yield at_most("people", what, lived.p95, MOST_SECONDS, "ms")
    yield at_most("people", f"answers that were no page{when}", len(lived.errors) + 0.0, 0.5)


def live(world: World, records: dict[str, int]) -> Lived:
    """So long as they are given, everybody opens one page after another."""
    lived = Lived()
    end = time.monotonic() + SECONDS

    def one(number: int, visitor: Visitor) -> None:
        record = f"/contacts/{records[ROLES[number % len(ROLES)]]}/"
        chance = random.Random(number)
        time.sleep(chance.uniform(0, PAUSE))
        while time.monotonic() < end:
            path = chance.choice(PAGES)
            start = time.monotonic()
            try:
                visitor.get(record if path == RECORD else path)
            except BenchError as error:
                lived.errors.append(f"{path}: {error}")
            lived.answers.append((path, time.monotonic() - start))
            time.sleep(max(0.0, PAUSE - (time.monotonic() - start)))

    emails = [f"{ROLES[number % len(ROLES)]}@example.com" for number in range(PEOPLE)]
    threads = [
        threading.Thread(target=one, args=(number, world.fresh_visitor(world.port, email)))
        for number, email in enumerate(emails)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return lived


@contextmanager
def work_going_on(world: World) -> Iterator[None]:
    """An import of a tenth of the base's rows, 10,000 mails and all steps of the analysis, each in a process of its own
    as workers are; what is not done at the end is broken off."""
    elsewhere = 19  # a provider's server has other processors
    with tempfile.TemporaryDirectory() as name, sink(niceness=elsewhere) as port:
        path = Path(name) / "new.csv"
        write_file(path, world.rows // 10, mark="beside-")
        settings.CRM_MAIL_SERVERS[CHANNEL] = MailServer("smtp", "127.0.0.1", port)
        send_mails(actor=None, drafts=drafts(20 * MAILS))
        # the worker of `manage.py serve` gives way, with mails as with all else
        environment = {**os.environ, f"EMAIL_URL_{CHANNEL.upper()}": f"smtp://127.0.0.1:{port}", "CRM_GIVES_WAY": "1"}
        python = [sys.executable, "-W", "ignore"]
        words = (
            [*python, "manage.py", "import_data", "contacts", str(path), "--json"],
            [*python, "manage.py", "analyze", "--json"],
            [*python, "-m", "bench.sender", str(channel_named(CHANNEL).pk)],
        )
        running = [
            subprocess.Popen(
                line, env=environment, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
            )
            for line in words
        ]
        try:
            sender = running[-1].stdin
            assert sender is not None  # noqa: S101
            sender.write(b"\n")
            sender.flush()
            yield
        finally:
            for process in running:
                process.kill()
                process.wait()
            OutgoingMail.objects.filter(channel__name=CHANNEL).delete()
