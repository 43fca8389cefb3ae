"""R18: a mailbox full of mails is taken in while the worker's whole group is killed three times: none is lost, none is
there twice. Short in the suite, 10,000 mails in `make drills`."""

from __future__ import annotations

from collections import Counter

from django.utils import timezone

from crm.incoming.actions import create_mailbox
from crm.models import IncomingMail, Mailbox
from service.models import Message, Queue, Ticket
from tests.drills.stack import Stack
from tests.drills.tally import Tally, size
from tests.incoming.conftest import letter
from tests.incoming.imap_server import PASSWORD, ImapServer

MAILS, KILLS = size(60, 10_000), 3
SENDERS = size(6, 500)  # fewer than a flood from each


def test_every_mail_is_one_ticket_whoever_dies(stack: Stack, tally: Tally) -> None:
    wanted = [f"Mail in {number}" for number in range(MAILS)]
    with ImapServer() as server:
        for number, subject in enumerate(wanted):
            server.add(letter(f"p{number % SENDERS}@in.example", subject=subject))
        place = {"host": "127.0.0.1", "port": server.port, "security": "none", "fetches_old": True}
        named = {"name": "In", "address": "in@drill.example", "purpose": "service"}
        box = create_mailbox(actor=None, fields={**named, **place}, password=PASSWORD)
        Queue.objects.get_or_create(name="Drill", defaults={"mailbox": box})
        for kill in range(1, KILLS + 1):
            part = MAILS * kill // (KILLS + 2)

            def is_so_far(part: int = part) -> bool:
                ask(box)
                return IncomingMail.objects.filter(mailbox=box).count() >= part

            stack.wait_for(is_so_far, size(60, 600))
            for name in ("worker", "quick"):
                stack.restart(name)

        def is_done() -> bool:
            ask(box)
            return IncomingMail.objects.filter(mailbox=box, state="done").count() >= MAILS

        stack.wait_for(is_done, size(60, 1_200))
    found = list(Ticket.objects.filter(subject__startswith="Mail in ").values_list("subject", flat=True))
    lost, doubled = tally.compare(wanted, found)
    assert (lost, doubled) == (0, 0)
    said = Counter(Message.objects.filter(ticket__subject__startswith="Mail in ").values_list("ticket", flat=True))
    assert set(said.values()) == {1}
    assert not IncomingMail.objects.filter(mailbox=box).exclude(outcome="ticket").exists()


def ask(box: Mailbox) -> None:
    """The next beat is now: nobody waits a minute for it."""
    Mailbox.objects.filter(pk=box.pk, next_at__gt=timezone.now()).update(next_at=timezone.now())
