"""Mails of nobody who means well, from the bytes to the ticket: each is a ticket or waits to be looked at, and the next
one comes in (R16, R17, R18, S20, S21)."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest
from django.utils import timezone

from crm.choices import Role
from crm.incoming import intake, takers
from crm.incoming.choices import Door
from crm.incoming.intake import take_in, work_on_waiting
from crm.models import IncomingMail, OutgoingMail
from service import actions
from service.models import Message, Queue, Ticket
from tests.drills.tally import size
from tests.factories import make_contact, make_ticket, make_user, signed_in
from tests.incoming.conftest import letter, make_mailbox, receive

pytestmark = pytest.mark.django_db
MB = 1 << 20
HEAD = b"From: Mia <mia@example.com>\r\nSubject: Broken pane\r\nMessage-ID: <%d@example.com>\r\n"


@pytest.fixture
def box():
    mailbox = make_mailbox(
        address="service@crm.example", purpose="service", is_for_answers=True, acknowledgement="We have got it."
    )
    Queue.objects.create(name="Support", mailbox=mailbox)
    return mailbox


def parts(count: int) -> bytes:
    """A mail of so many texts side by side."""
    one = b"--B\r\nContent-Type: text/plain\r\n\r\nWord\r\n"
    return HEAD % 1 + b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n' + one * count + b"--B--\r\n"


def bomb() -> bytes:
    """An archive of 60 KB that would be 60 MB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * (60 * MB))
    return packed.getvalue()


MANY = b", ".join(b"p%d@example.com" % number for number in range(10_000))
ODD = {
    "a thousand parts": parts(1_000),
    "no charset": HEAD % 2 + b"Content-Type: text/plain\r\n\r\nGr\xfc\xdfe aus K\xf6ln\r\n",
    "a charset that is none": HEAD % 3 + b"Content-Type: text/plain; charset=klingon\r\n\r\nHello\r\n",
    "ten thousand recipients": HEAD % 4 + b"Cc: " + MANY + b"\r\n\r\nHello\r\n",
    "of 1970": HEAD % 5 + b"Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n\r\nHello\r\n",
    "of 2099": HEAD % 6 + b"Date: Thu, 01 Jan 2099 00:00:00 +0000\r\n\r\nHello\r\n",
    "of no day at all": HEAD % 7 + b"Date: yesterday, 99:99\r\n\r\nHello\r\n",
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_mail_is_a_ticket_of_now(box, kind):
    before = timezone.now()
    mail = receive(ODD[kind], box)
    ticket = Ticket.objects.get()
    assert (mail.outcome, ticket.subject, ticket.requester_email) == ("ticket", "Broken pane", "mia@example.com")
    message = ticket.messages.get()
    assert message.text.strip()
    assert before <= message.sent_at <= timezone.now()
    assert len(mail.recipients) <= 100
    assert (ticket.opened_at, ticket.waiting_since) == (mail.received_at, mail.received_at)


def test_more_parts_than_any_letter_has_wait_to_be_looked_at_and_the_next_comes_in(box):
    mail, after = receive(parts(5_000), box), receive(letter(subject="After it"), box)
    assert (mail.state, mail.subject, mail.reason) == ("quarantined", "Broken pane", "It has more than 2,000 parts.")
    assert after.outcome == "ticket"


def test_mail_without_from_is_kept_and_makes_nothing(box):
    mail = receive(b"Subject: Hello\r\n\r\nWho am I?\r\n", box)
    assert (mail.state, mail.outcome, mail.text.strip()) == ("done", "kept", "Who am I?")
    assert not Ticket.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_thirty_megabytes_are_a_ticket_and_the_page_does_not_load_them(box):
    raw = letter(subject="Plans", text="See the plans.", files=[("plans.bin", b"\xff\x00" * (11 * MB))])
    assert len(raw) > 29 * MB
    assert receive(raw, box).outcome == "ticket"
    ticket = Ticket.objects.get()
    page = signed_in(make_user(Role.AGENT)).get(ticket.get_absolute_url())
    assert "plans.bin" in page.content.decode()
    assert len(page.content) < MB


def test_bomb_in_an_archive_is_a_file_that_nobody_unpacks(box):
    packed = bomb()
    raw = letter(files=[("photos.zip", packed)])
    tracemalloc.start()
    mail = receive(raw, box)
    agent = signed_in(make_user(Role.AGENT))
    answer = agent.get(f"{mail.get_absolute_url()}file/", {"number": "0"})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (mail.outcome, len(content)) == ("ticket", len(packed))
    assert answer["Content-Disposition"].startswith("attachment")
    assert peak < 8 * MB


def test_forged_address_of_an_agent_neither_speaks_nor_orders(box):
    agent = make_user(Role.AGENT, name="Petra Lindqvist")
    ticket = make_ticket(make_contact(emails=("mia@example.com",)), owner=agent)
    ours = actions.reply(actor=agent, ticket=ticket, text="Which one?").outgoing
    for fields in ({}, {"in_reply_to": ours.message_id}, {"subject": f"[#{ticket.pk}] solved"}):
        mail = receive(letter(f"Petra Lindqvist <{agent.email}>", text="Pay them twice.", **fields), box)
        assert mail.outcome == "kept"
    ticket.refresh_from_db()
    assert (ticket.state, ticket.messages.count(), Ticket.objects.count()) == ("waiting", 2, 1)


def test_stranger_who_knows_number_id_and_signed_address_reads_and_writes_nothing(box):
    agent = make_user(Role.AGENT)
    ticket = make_ticket(make_contact(emails=("mia@example.com",)), subject="Secret frames", body="CANARY words")
    ours = actions.reply(actor=agent, ticket=ticket, text="CANARY answer").outgoing
    before = OutgoingMail.objects.count()
    forged = letter(
        "Eve <eve@example.net>", subject=f"Re: [#{ticket.pk}] Secret frames", in_reply_to=ours.message_id,
        references=ours.message_id, text="Tell me all.",
    )  # fmt: skip
    receive(forged, box)
    other = Ticket.objects.exclude(pk=ticket.pk).get()
    assert (other.requester_email, other.contact, other.follows) == ("eve@example.net", None, None)
    assert ticket.messages.count() == 2
    told = OutgoingMail.objects.order_by("pk")[before:]
    assert all("CANARY" not in f"{one.subject}{one.text}" for one in told)
    assert [one.recipient for one in told] == ["eve@example.net"], "its own word that it has come, and no more"


def test_flood_of_one_sender_is_kept_whole_makes_few_tickets_and_no_other_waits(box, monkeypatch):
    """Short here, 5,000 mails in `make drills`."""
    count = size(60, 5_000)
    monkeypatch.setattr(takers, "FLOOD", 10)
    for number in range(count):
        take_in(letter("Bomb <bomb@example.com>", subject=f"Bomb {number}"), door=Door.IMAP, mailbox=box)
    quiet = make_mailbox(purpose="service")
    asked, _ = take_in(letter(subject="One question"), door=Door.IMAP, mailbox=quiet)
    assert asked.pk in intake._next_in_turn()[:2], "after at most one mail of the flood"
    while work_on_waiting(seconds=0.5):  # a run that ends in the middle says what it has done
        pass
    asked.refresh_from_db()
    assert asked.outcome == "ticket"
    floods = IncomingMail.objects.filter(from_address="bomb@example.com")
    assert (floods.count(), floods.filter(state="done").count()) == (count, count)
    assert Ticket.objects.filter(requester_email="bomb@example.com").count() == 10
    assert floods.filter(outcome="kept", reason__startswith="So much came from this sender").count() == count - 10
    assert OutgoingMail.objects.filter(recipient="bomb@example.com").count() <= 10
    assert signed_in(make_user(Role.AGENT)).get("/tickets/?at_hand=unsolved").status_code == 200


def test_one_word_of_a_machine_a_day_in_a_conversation_and_none_to_a_machine(box):
    first = receive(letter(subject="Broken"), box)
    receive(letter(subject="Re: Broken", references=first.message_id, text="And the frame."), box)
    receive(letter("Robot <robot@example.com>", auto_submitted="auto-generated"), box)
    receive(letter("Away <away@example.com>", x_autoreply="yes", in_reply_to=first.message_id), box)
    assert [one.recipient for one in OutgoingMail.objects.all()] == ["mia@example.com"]
    assert Message.objects.filter(ticket=Ticket.objects.get()).count() == 2
