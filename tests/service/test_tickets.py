"""Tickets from the first word until they are solved: what is said, who has them, what is merged."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from crm.choices import Role
from crm.models import LogEntry, Mention, Notice, OutgoingMail, Team
from service import actions
from service.models import Message, Queue, Ticket, TicketEvent
from service.queries import conversation_of, search_tickets
from service.searching import find_tickets
from tests.factories import make_contact, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return make_user(Role.AGENT, name="Petra Lindqvist", team=Team.objects.create(name="Service"))


def events(ticket: Ticket) -> list[str]:
    return list(TicketEvent.objects.filter(ticket=ticket).values_list("event", flat=True))


def test_new_ticket_knows_its_customer_and_waits_in_the_first_queue():
    team = Team.objects.create(name="Claims")
    queue = Queue.objects.create(name="Claims", team=team)
    firm = make_contact(name="Frames Ltd", kind="organization")
    mia = make_contact(name="Mia Keller", emails=("mia@example.com",), organization=firm)
    ticket = make_ticket(mia, body="Two panes are broken.")
    assert (ticket.requester_name, ticket.requester_email, ticket.organization) == (
        "Mia Keller",
        "mia@example.com",
        firm,
    )
    assert (ticket.queue, ticket.team, ticket.state, ticket.owner) == (queue, team, "new", None)
    assert ticket.waiting_since == ticket.opened_at
    assert ticket.messages.get().text == "Two panes are broken."
    assert events(ticket) == ["opened"]


def test_reply_leaves_as_a_mail_below_the_customers_and_the_ticket_waits(agent):
    ticket = make_ticket()
    seen = conversation_of(ticket).newest
    message = actions.reply(actor=agent, ticket=ticket, text="A new one leaves today.", seen=seen, then="waiting")
    ticket.refresh_from_db()
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.recipient, mail.subject) == ("at_least_once", "mia@example.com", f"Re: {ticket.subject}")
    assert (mail.object_model, mail.object_id, message.outgoing) == ("service.ticket", ticket.pk, mail)
    assert (ticket.state, ticket.owner, ticket.waiting_since) == ("waiting", agent, None)
    assert ticket.first_reply_at == message.sent_at
    assert events(ticket) == ["opened", "assigned", "replied", "waiting"]


def test_second_reply_is_caught_and_sent_once_it_is_meant(agent):
    ticket, other = make_ticket(), make_user(Role.AGENT, name="Deniz Demir")
    seen = conversation_of(ticket).newest
    first = actions.reply(actor=other, ticket=ticket, text="It leaves today.", seen=seen)
    with pytest.raises(actions.AnsweredMeanwhile, match="Deniz Demir has answered") as caught:
        actions.reply(actor=agent, ticket=ticket, text="It leaves tomorrow.", seen=seen)
    assert caught.value.newest == first.pk
    assert OutgoingMail.objects.count() == 1
    actions.reply(actor=agent, ticket=ticket, text="It leaves tomorrow.", seen=first.pk)
    assert OutgoingMail.objects.count() == 2


def test_reply_without_an_address_is_refused_with_a_sentence(agent):
    ticket = make_ticket(requester_email="")
    with pytest.raises(ValidationError, match="no e-mail address"):
        actions.reply(actor=agent, ticket=ticket, text="Hello")


def test_customer_opens_a_solved_ticket_again_and_its_owner_is_told(agent):
    ticket = make_ticket(owner=agent)
    actions.solve_ticket(actor=agent, ticket=ticket)
    actions.take_message(actor=None, ticket=ticket, text="It is still broken.", sender_name="Mia Keller")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.reopenings, ticket.solved_at) == ("open", 1, None)
    assert ticket.waiting_since is not None
    assert events(ticket)[-2:] == ["reopened", "customer wrote"]
    assert Notice.objects.get(user=agent).text == "It is still broken."


def test_closed_ticket_takes_no_more_words():
    ticket = actions.close_ticket(actor=None, ticket=make_ticket())
    with pytest.raises(ValidationError, match="closed"):
        actions.take_message(actor=None, ticket=ticket, text="Hello?")


def test_note_names_a_colleague_and_is_no_mail(agent):
    other = make_user(Role.AGENT, name="Deniz Demir")
    note = actions.add_note(actor=agent, ticket=make_ticket(), text="@Deniz Demir, do you know this carrier?")
    assert note.kind == "note"
    assert Mention.objects.get().user == other
    assert not OutgoingMail.objects.filter(recipient="mia@example.com").exists()


def test_ticket_of_a_colleague_is_not_taken(agent):
    ticket = actions.take_ticket(actor=agent, ticket=make_ticket())
    assert (ticket.owner, ticket.state, ticket.team) == (agent, "open", agent.team)
    with pytest.raises(ValidationError, match="Petra Lindqvist has this ticket"):
        actions.take_ticket(actor=make_user(Role.AGENT), ticket=ticket)


def test_merged_ticket_goes_on_in_the_other_and_can_be_taken_apart(agent):
    ticket, into, third = make_ticket(body="First"), make_ticket(body="Second"), make_ticket(body="Third")
    actions.merge_ticket(actor=agent, ticket=ticket, into=into)
    actions.merge_ticket(actor=agent, ticket=into, into=third)
    said = [entry.message.text for entry in conversation_of(third).entries if entry.message]
    assert sorted(said) == ["First", "Second", "Third"]
    ticket.refresh_from_db()
    assert (ticket.state, ticket.merged_into) == ("closed", into)
    for act in (actions.solve_ticket, actions.reopen_ticket, actions.take_ticket):
        with pytest.raises(ValidationError, match=f"go on in #{into.pk}"):
            act(actor=agent, ticket=ticket)
    with pytest.raises(ValidationError, match="was merged itself"):
        actions.merge_ticket(actor=agent, ticket=third, into=into)
    actions.unmerge_ticket(actor=agent, ticket=into)
    assert [entry.message.text for entry in conversation_of(third).entries if entry.message] == ["Third"]


def test_changes_are_in_the_log_of_the_ticket(agent):
    ticket, claims = make_ticket(), Queue.objects.create(name="Claims", position=9)
    fields = {"owner": agent, "queue": claims, "priority": "urgent"}
    changed = actions.change_ticket(actor=agent, ticket=ticket, version=1, fields=fields)
    assert (changed.state, changed.team, changed.version) == ("open", agent.team, 2)
    told = [str(one) for one in TicketEvent.objects.filter(ticket=ticket)][1:]
    assert told == ["assigned to Petra Lindqvist", "moved: Claims", "priority: urgent"]
    assert LogEntry.objects.filter(object_id=ticket.pk, verb="change").count() == 1


def test_ticket_is_found_by_number_subject_and_customer():
    mia = make_contact(name="Mia Keller", emails=("mia@example.com",))
    ticket, _ = make_ticket(mia, subject="Two panes came broken"), make_ticket(subject="Something else")
    for words in ("panes broken", "Mia Kell", f"#{ticket.pk}"):
        assert ticket in search_tickets(Ticket.objects.all(), words), words
    assert list(search_tickets(Ticket.objects.all(), "panes")) == [ticket]


def numbered(key: int, subject: str, **fields) -> Ticket:
    queue, words = Queue.objects.get_or_create(name="Support")[0], f"#{key} {subject}".casefold()
    return Ticket.objects.create(
        pk=key, subject=subject, queue=queue, sort_name=subject.casefold(), search_text=words, **fields
    )


def test_ticket_of_a_small_number_is_found_by_it(agent):
    five, fifty, page = numbered(5, "A torn ribbon"), numbered(50, "5 rolls came instead of 6"), signed_in(agent)
    assert set(search_tickets(Ticket.objects.all(), "#5")) == {five}
    assert set(search_tickets(Ticket.objects.all(), " 5 ")) == {five, fifty}
    assert set(search_tickets(Ticket.objects.all(), "#50")) == {fifty}
    assert not search_tickets(Ticket.objects.all(), "#6").exists()
    assert not search_tickets(Ticket.objects.all(), "#" + "9" * 18).exists()
    assert [one["value"] for one in page.get("/tickets/options/?q=%235").json()["options"]] == ["5"]
    assert "A torn ribbon" in page.get("/tickets/?q=%235").content.decode()


def test_search_of_everything_puts_the_typed_number_first_and_shows_nobody_more(agent):
    numbered(3, "Where are my 42 frames"), numbered(42, "A torn ribbon")
    hits = find_tickets(agent, "42", 5)
    assert ([hit.title for hit in hits.hits], hits.count) == (["#42 A torn ribbon"], 1)
    assert [hit.title for hit in find_tickets(agent, "#42", 5).hits] == ["#42 A torn ribbon"]
    numbered(420, "Order 420 never came")
    assert [hit.title for hit in find_tickets(agent, "#420", 1).hits] == ["#420 Order 420 never came"]
    stranger = make_user(Role.REP)
    assert find_tickets(stranger, "#42", 5).hits == ()


def test_messages_and_events_can_only_be_added():
    from django.db import ProgrammingError, transaction  # noqa: PLC0415

    ticket = make_ticket()
    for rows in (Message.objects.filter(ticket=ticket), TicketEvent.objects.filter(ticket=ticket)):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            rows.update(recorded_at="2026-01-01T00:00:00Z")
