"""Mails out of the ledger beside a loop over smtplib that sends the same bytes over one kept connection."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from bench.cpu import of_server, of_us
from bench.measuring import Line, Timing, alternate, at_least, at_most, beside, timed
from bench.world import World
from crm.mail import sending
from crm.mail.actions import send_mails
from crm.mail.channels import channel_named
from crm.mail.choices import MailKind, MailState
from crm.mail.composing import compose
from crm.mail.drafts import Draft
from crm.mail.servers import MailServer
from crm.models import OutgoingMail

MAILS = 500
SLOW_MAILS, SLOW_SECONDS = 200, 0.05
CHANNEL = "bench"
TEXT = "This is what we would like to tell you about the frames of the coming season. " * 60


@contextmanager
def sink(seconds: float = 0.0, niceness: int = 0) -> Iterator[int]:
    """The port of a mail server in a process of its own, which answers after so long."""
    command = ["nice", "-n", str(niceness), sys.executable, "-m", "bench.sink", str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None  # noqa: S101
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def drafts(count: int = MAILS) -> list[Draft]:
    """Mails of about 5 KB."""
    return [
        Draft(kind=MailKind.AT_MOST_ONCE, to=f"p{n}@example.org", subject=f"Frames {n}", text=TEXT, channel=CHANNEL)
        for n in range(count)
    ]


def send_by(world: World, senders: int, port: int) -> tuple[float, int]:
    """Seconds until so many senders, each in a process of its own, have sent what is due; the memory of one (KiB)."""
    channel = channel_named(CHANNEL)
    environment = {**os.environ, f"EMAIL_URL_{CHANNEL.upper()}": f"smtp://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "bench.sender", str(channel.pk)]
    processes = [
        subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(senders)
    ]
    pipes = [(process.stdin, process.stdout) for process in processes]
    memory = 0

    def go() -> None:
        nonlocal memory
        for say, _ in pipes:
            say.write("\n")  # type: ignore[union-attr]
            say.flush()  # type: ignore[union-attr]
        memory = max(int(told.readline()) for _, told in pipes)  # type: ignore[union-attr]

    for _, told in pipes:
        told.readline()  # type: ignore[union-attr]
    seconds = timed(go)
    for process in processes:
        process.communicate()
    return seconds, memory


def measure(world: World) -> Iterator[Line]:
    """Beside a bare loop; two senders beside one; memory of few mails and of many."""
    yield from beside_smtplib(world)
    yield from by_two(world)
    yield from with_many(world)


def by_two(world: World) -> Iterator[Line]:
    """With a server that answers after 50 ms two workers send at least 1.8 times what one sends."""
    with sink(SLOW_SECONDS) as port:
        settings.CRM_MAIL_SERVERS[CHANNEL] = MailServer("smtp", "127.0.0.1", port)
        channel = channel_named(CHANNEL)
        channel.connections = 2
        channel.save(update_fields=["connections"])

        def case(senders: int) -> Callable[[], float]:
            def run() -> float:
                send_mails(actor=None, drafts=drafts(SLOW_MAILS))
                return send_by(world, senders, port)[0]

            return run

        found = alternate({"one": case(1), "two": case(2)}, rounds=3)
        OutgoingMail.objects.filter(channel=channel).delete()
    rates = [SLOW_MAILS / found[name].median for name in ("two", "one")]
    yield at_least("mail", "two workers, server of 50 ms", *rates, least=1.8, name="by one", unit="/s")


def with_many(world: World) -> Iterator[Line]:
    """Memory does not grow with the mails."""
    peaks = []
    with sink() as port:
        settings.CRM_MAIL_SERVERS[CHANNEL] = MailServer("smtp", "127.0.0.1", port)
        for count in (MAILS, 10 * MAILS):
            send_mails(actor=None, drafts=drafts(count))
            peaks.append(send_by(world, 1, port)[1] / 1024)
            OutgoingMail.objects.filter(channel__name=CHANNEL).delete()
    yield at_most("mail", f"MiB of a sender of {10 * MAILS:,} mails", peaks[1], 1.1 * peaks[0], "MiB")


def beside_smtplib(world: World) -> Iterator[Line]:
    """At least a quarter of the rate; CPU of our process and PostgreSQL at most five times the loop's."""
    postmaster = world.databases.instance.postgres.pid or 0
    cpu: dict[str, list[float]] = {"us": [], "bare": []}

    def with_cpu(name: str, work: Callable[[], object]) -> float:
        before = of_us() + of_server(postmaster)
        seconds = timed(work)
        cpu[name].append((of_us() + of_server(postmaster) - before) * 1000 / MAILS)
        return seconds

    with sink() as port:
        settings.CRM_MAIL_SERVERS[CHANNEL] = MailServer("smtp", "127.0.0.1", port)
        channel = channel_named(CHANNEL)
        send_mails(actor=None, drafts=drafts())
        ready = [compose(mail, ()) for mail in OutgoingMail.objects.filter(channel=channel)]
        rows = OutgoingMail.objects.filter(channel=channel)

        def ours() -> float:
            rows.update(state=MailState.QUEUED, sent_at=None, attempts=0, claimed_slot=None)
            taken = with_cpu("us", lambda: sending.send_due(channel.pk, seconds=120))
            if rows.exclude(state=MailState.SENT).exists():
                raise RuntimeError("Some mails were not sent.")
            return taken

        def bare() -> float:
            def loop() -> None:
                with smtplib.SMTP("127.0.0.1", port) as smtp:
                    for number, message in enumerate(ready):
                        smtp.sendmail("us@example.org", [f"p{number}@example.org"], message)

            return with_cpu("bare", loop)

        found = alternate({"us": ours, "bare": bare})
        rows.delete()
    rates = [MAILS / found[name].median for name in ("us", "bare")]
    yield at_least(
        "mail", f"mails a second, {len(ready[0]) / 1024:.1f} KB", *rates, least=0.25, name="smtplib", unit="/s"
    )
    ours_cpu, bare_cpu = (Timing(tuple(cpu[name][-5:])) for name in ("us", "bare"))
    yield beside("mail", "CPU s per 1,000, PostgreSQL too", ours_cpu, bare_cpu, most=5, name="smtplib", unit="s")
