"""Mails become tickets, and words in them: who has no part in a ticket neither reads nor writes it (S20, S21, R16)."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone

from crm.choices import Role
from crm.mail.answers import signed_address
from crm.models import Notice, OutgoingMail
from service import actions
from service.models import Message, Queue, Ticket
from tests.factories import make_contact, make_ticket, make_user, signed_in
from tests.incoming.conftest import letter, make_mailbox, receive

pytestmark = pytest.mark.django_db
EVE = "Eve <eve@example.net>"


@pytest.fixture
def box():
    mailbox = make_mailbox(address="service@crm.example", purpose="service", is_for_answers=True)
    Queue.objects.create(name="Support")
    Queue.objects.create(name="Claims", mailbox=mailbox, position=2)
    return mailbox


@pytest.fixture
def agent():
    return make_user(Role.AGENT, name="Petra Lindqvist")


def answered(agent, **fields) -> Any:
    """A ticket of Mia's with a reply of ours, and that reply."""
    ticket = make_ticket(**fields)
    return ticket, actions.reply(actor=agent, ticket=ticket, text="It leaves today.").outgoing


def test_letter_to_a_mailbox_for_service_is_a_ticket_of_its_queue(box):
    mia = make_contact(name="Mia Keller", emails=("mia@example.com",))
    mail = receive(letter(subject="Broken pane", text="One of twelve.\n\n> Your order"), box)
    ticket = Ticket.objects.get()
    assert (mail.outcome, mail.object_id, mail.record_model) == ("ticket", ticket.pk, "service.ticket")
    assert (ticket.subject, ticket.queue.name, ticket.contact, ticket.state) == ("Broken pane", "Claims", mia, "new")
    message = ticket.messages.get()
    assert (message.text, message.sender_address, message.incoming) == ("One of twelve.", "mia@example.com", mail)
    assert "Your order" in message.folded


def test_stranger_gets_a_ticket_without_a_contact_and_can_be_answered(box, agent):
    receive(letter("Tomáš Böhm <tom@example.org>", text="Do you ship to Norway?"), box)
    ticket = Ticket.objects.get()
    assert (ticket.contact, ticket.requester_email) == (None, "tom@example.org")
    mail = actions.reply(actor=agent, ticket=ticket, text="We do.").outgoing
    assert (mail.recipient, mail.recipient_name) == ("tom@example.org", "Tomáš Böhm")
    assert mail.headers["In-Reply-To"] == ticket.messages.get(kind="in").incoming.message_id


@pytest.mark.parametrize("way", ["id", "signed address", "own earlier mail"])
def test_answer_is_a_word_in_its_ticket_whatever_its_subject(box, agent, way):
    first = receive(letter(text="One is broken."), box)
    ticket = Ticket.objects.get()
    ours = actions.reply(actor=agent, ticket=ticket, text="Which one?").outgoing
    headers = {
        "id": {"in_reply_to": ours.message_id},
        "signed address": {"to": signed_address(box.address, ours.guid)},
        "own earlier mail": {"references": first.message_id},
    }[way]
    mail = receive(letter(subject="Anything at all", text="The third.", **headers), box)
    ticket.refresh_from_db()
    assert (mail.outcome, mail.object_id) == ("reply", ticket.pk)
    assert [one.text for one in ticket.messages.order_by("pk")] == ["One is broken.", "Which one?", "The third."]
    assert (ticket.state, Ticket.objects.count()) == ("open", 1)
    assert ticket.waiting_since is not None


def test_who_has_the_ticket_is_told_once(box, agent):
    _, ours = answered(agent)
    receive(letter(in_reply_to=ours.message_id, text="Thank you."), box)
    assert Notice.objects.filter(user=agent).count() == 1


@pytest.mark.parametrize("subject", ["[#{pk}] Broken pane", "Re: Broken pane", "Re: [Ticket {pk}]"])
def test_stranger_with_a_number_in_the_subject_or_a_forged_reference_opens_another(box, agent, subject):
    ticket, ours = answered(agent, subject="Broken pane")
    mail = receive(letter(EVE, subject=subject.format(pk=ticket.pk), references=ours.message_id, text="And mine?"), box)
    assert (mail.outcome, mail.answers) == ("ticket", None)
    other = Ticket.objects.exclude(pk=ticket.pk).get()
    assert (other.requester_email, other.contact) == ("eve@example.net", None)
    assert ticket.messages.count() == 2
    assert not OutgoingMail.objects.filter(recipient="eve@example.net").exists()


def test_signed_address_of_a_ticket_is_worth_nothing_to_a_stranger(box, agent):
    ticket, ours = answered(agent)
    receive(letter(EVE, to=signed_address(box.address, ours.guid), text="Mine!"), box)
    assert ticket.messages.count() == 2


def test_mail_that_says_it_is_from_an_agent_writes_nothing_in_their_name(box, agent):
    ticket, ours = answered(agent)
    mail = receive(letter(f"Petra <{agent.email}>", in_reply_to=ours.message_id, text="We pay twice."), box)
    assert mail.outcome == "kept"
    assert (ticket.messages.count(), Ticket.objects.count()) == (2, 1)


def test_answer_to_a_solved_ticket_opens_it_and_to_a_closed_one_follows_it(box, agent):
    ticket, ours = answered(agent)
    actions.solve_ticket(actor=agent, ticket=ticket)
    assert receive(letter(in_reply_to=ours.message_id, text="Again."), box).outcome == "reply"
    ticket.refresh_from_db()
    assert (ticket.state, ticket.reopenings) == ("open", 1)
    actions.close_ticket(actor=agent, ticket=ticket)
    assert receive(letter(in_reply_to=ours.message_id, text="And again."), box).outcome == "ticket"
    assert Ticket.objects.get(follows=ticket).messages.get().text == "And again."


def test_answer_to_a_merged_ticket_comes_where_it_goes_on(box, agent):
    ticket, ours = answered(agent)
    into = make_ticket()
    actions.merge_ticket(actor=agent, ticket=ticket, into=into)
    receive(letter(in_reply_to=ours.message_id, text="Here?"), box)
    assert Message.objects.get(text="Here?").ticket == into


def test_automatic_answer_moves_no_ticket(box, agent):
    ticket, ours = answered(agent)
    mail = receive(letter(in_reply_to=ours.message_id, auto_submitted="auto-replied", text="Away."), box)
    ticket.refresh_from_db()
    assert (mail.outcome, ticket.state, ticket.messages.count()) == ("auto_reply", "waiting", 2)


def test_clock_that_is_wrong_puts_no_word_at_the_bottom(box):
    receive(letter(date="Thu, 01 Jan 1970 00:00:00 +0000", text="Hello"), box)
    ticket = Ticket.objects.get()
    assert ticket.messages.get().sent_at == ticket.opened_at


@pytest.mark.parametrize(("days_ago", "is_believed"), [(6, True), (8, False), (-1, False)])
def test_a_mail_that_was_under_way_for_some_days_says_when_it_was_written(box, days_ago, is_believed):
    written = (timezone.now() - dt.timedelta(days=days_ago)).replace(microsecond=0)
    mail = receive(letter(date=format_datetime(written), text="Hello"), box)
    said = Ticket.objects.get().messages.get().sent_at
    assert said == (written if is_believed else mail.received_at)


def test_agent_opens_the_mail_behind_a_message(box, agent):
    mail = receive(letter(files=[("pane.jpg", b"123")]), box)
    browser = signed_in(agent)
    assert "pane.jpg" in browser.get(Ticket.objects.get().get_absolute_url()).content.decode()
    assert browser.get(mail.get_absolute_url()).status_code == 200


def test_a_mailbox_for_letters_makes_no_tickets():
    assert receive(letter(), make_mailbox()).outcome == "kept"
    assert not Ticket.objects.exists()
