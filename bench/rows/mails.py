"""Mails out of the ledger beside a loop over smtplib that sends the same bytes over one kept connection."""

from __future__ import annotations

import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from bench.cpu import of_server, of_us
from bench.measuring import Line, Timing, alternate, at_least, beside, timed
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
CHANNEL = "bench"
TEXT = "This is what we would like to tell you about the frames of the coming season. " * 60


@contextmanager
def sink() -> Iterator[int]:
    """The port of a mail server in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "bench.sink"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None  # noqa: S101
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def drafts() -> list[Draft]:
    """Mails of about 5 KB."""
    return [
        Draft(kind=MailKind.AT_MOST_ONCE, to=f"p{n}@example.org", subject=f"Frames {n}", text=TEXT, channel=CHANNEL)
        for n in range(MAILS)
    ]


def measure(world: World) -> Iterator[Line]:
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
