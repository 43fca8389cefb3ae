"""Mails into tickets: their bytes stored, read, threaded and written, each in transactions that last, beside reading
the same bytes alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime

from django.utils import timezone

from bench.measuring import Line, alternate, at_least, timed
from bench.world import World
from crm.incoming.choices import Door, IncomingState
from crm.incoming.intake import take_in, work_on_waiting
from crm.incoming.reading import read_mail
from crm.models import IncomingMail, Mailbox
from service.models import Queue, Ticket

MAILS, SENDERS = 200, 100
WORDS = "One of the twelve panes came broken, and the exhibition opens on Friday. " * 40
SUBJECT = "Bench: broken pane"
numbers = itertools.count(1)


def mails() -> list[bytes]:
    """Mails of about 15 KB, with formatting and a small file; no two alike."""
    made = []
    for _ in range(MAILS):
        number, message = next(numbers), EmailMessage()
        message["From"] = f"Bench {number % SENDERS} <bench{number}@bench.example>"
        message["To"], message["Subject"] = "bench@crm.example", f"{SUBJECT} {number}"
        message["Date"], message["Message-ID"] = format_datetime(timezone.now()), f"<{number}.bench@bench.example>"
        message.set_content(WORDS)
        message.add_alternative(f"<p>{WORDS}</p>", subtype="html")
        message.add_attachment(b"\xff" * 4_000, maintype="image", subtype="jpeg", filename="pane.jpg")
        made.append(message.as_bytes())
    return made


def measure(world: World) -> Iterator[Line]:
    """At least a tenth of the rate of reading alone: most of the time are six commits of PostgreSQL's a mail."""
    box = Mailbox.objects.create(name="Bench", address="bench@crm.example", purpose="service")
    Queue.objects.create(name="Bench", mailbox=box, position=99)

    def ours() -> float:
        made = mails()

        def run() -> None:
            for raw in made:
                take_in(raw, door=Door.IMAP, mailbox=box)
            while work_on_waiting(seconds=60):
                pass

        taken = timed(run)
        if IncomingMail.objects.filter(mailbox=box).exclude(state=IncomingState.DONE).exists():
            raise RuntimeError("Some mails were not taken in.")
        return taken

    def bare() -> float:
        made = mails()
        return timed(lambda: [read_mail(raw) for raw in made])

    try:
        found = alternate({"us": ours, "bare": bare})
    finally:
        forget(world, box)
    rates = [MAILS / found[name].median for name in ("us", "bare")]
    yield at_least("intake", "mails into tickets a second", *rates, least=0.1, name="read alone", unit="/s")


def forget(world: World, box: Mailbox) -> None:
    """What was taken in goes again; the application itself may take no message away."""
    keys = list(Ticket.objects.filter(subject__startswith=SUBJECT).values_list("pk", flat=True))
    with world.as_owner() as line:
        line.execute("DELETE FROM service_ticket WHERE id = ANY(%s)", [keys])
        line.execute("DELETE FROM service_queue WHERE mailbox_id = %s", [box.pk])
        mails_of_box = "SELECT id FROM crm_incomingmail WHERE mailbox_id = %s"
        line.execute(f"DELETE FROM crm_incomingcontent WHERE mail_id IN ({mails_of_box})", [box.pk])
        line.execute("DELETE FROM crm_incomingmail WHERE mailbox_id = %s", [box.pk])
        line.execute("DELETE FROM crm_mailbox WHERE id = %s", [box.pk])
