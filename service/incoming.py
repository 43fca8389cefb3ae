"""Mails that make a ticket, or that belong to one: never by their subject, and never by an id alone.

A mail belongs to a ticket where it answers a mail about it (by a signed address or an id that only its readers know)
or an own earlier one, and who writes has a part in that ticket. All else that comes to a mailbox for service, or by
`receive_mail` without a mailbox, is a new ticket.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from contacts.choices import PointKind
from contacts.incoming import contact_with
from contacts.models import ContactPoint
from contacts.normalising import normalise_email
from crm.incoming.choices import Door, MailPurpose, Outcome
from crm.incoming.replies import folded_text
from crm.incoming.takers import Letter, TakenAs
from crm.locks import wait_for_word
from crm.models import IncomingMail, OutgoingMail
from service.actions import open_ticket, take_message
from service.actions.merging import end_of
from service.choices import MessageKind, TicketChannel, TicketState
from service.languages import language_of
from service.models import Message, Queue, Ticket

LABEL = Ticket._meta.label_lower
LETTERS = IncomingMail._meta.label_lower
TICKET_LOCK = 7345
LONGEST_SUBJECT, LONGEST_TEXT = 300, 200_000
EARLIEST = dt.timedelta(days=7)  # a date from before is one of a clock that is wrong


def take_mail(letter: Letter) -> TakenAs | None:
    """Words in a ticket that we know, or a new ticket; None for what is not for service.

    What says it is from a colleague is not taken: it would be words in their name.
    """
    if letter.is_from_colleague or not letter.sender:
        return None
    ticket = ticket_meant(letter)
    if ticket is not None:
        if ticket.state == TicketState.CLOSED:
            return _opened(letter, follows=ticket)
        _say(letter, ticket)
        return _taken(Outcome.REPLY, ticket)
    if not (_is_for_service(letter) and letter.is_by_person):
        return None
    return _opened(letter)


def ticket_meant(letter: Letter) -> Ticket | None:
    """The ticket that a mail goes on in; None where it names none, or who writes has no part in it."""
    ticket = _of_mail(letter.names) or _of_own_mail(letter)
    if ticket is None or not _has_part(letter, ticket):
        return None
    wait_for_word(TICKET_LOCK, str(ticket.pk))
    return end_of(ticket)


def _is_for_service(letter: Letter) -> bool:
    mailbox = letter.mail.mailbox
    return letter.mail.door == Door.COMMAND if mailbox is None else mailbox.purpose == MailPurpose.SERVICE


def _of_mail(mail: OutgoingMail | None) -> Ticket | None:
    """The ticket that a mail of ours is about: a reply, or the word that a letter has come."""
    if mail is None:
        return None
    if mail.object_model == LETTERS:
        came = IncomingMail.objects.filter(pk=mail.object_id or 0, record_model=LABEL).first()
        return Ticket.objects.filter(pk=came.record_id or 0).first() if came is not None else None
    return Ticket.objects.filter(pk=mail.object_id or 0).first() if mail.object_model == LABEL else None


def _of_own_mail(letter: Letter) -> Ticket | None:
    """The ticket of an earlier mail from the same address that this one goes on from."""
    ids = letter.mail.references
    if not ids:
        return None
    earlier = IncomingMail.objects.filter(message_id__in=ids, from_address=letter.sender, record_model=LABEL)
    key = earlier.order_by("-pk").values_list("record_id", flat=True).first()
    return Ticket.objects.filter(pk=key).first() if key is not None else None


def _has_part(letter: Letter, ticket: Ticket) -> bool:
    """Whether who writes asks in this ticket: we wrote to that address, it is the requester's, or the contact's."""
    if letter.answers is not None:
        return True
    sender = normalise_email(letter.sender)
    if ticket.requester_email and normalise_email(ticket.requester_email) == sender:
        return True
    points = ContactPoint.objects.filter(kind=PointKind.EMAIL, normalised=sender)
    return ticket.contact_id is not None and points.filter(contact=ticket.contact_id).exists()


def _opened(letter: Letter, follows: Ticket | None = None) -> TakenAs:
    """A new ticket in the queue of its mailbox; what was quoted below is folded away."""
    mail = letter.mail
    queue = Queue.objects.filter(mailbox=mail.mailbox).first() if mail.mailbox is not None else None
    words = _words(letter)
    fields: dict[str, Any] = {
        "subject": mail.subject[:LONGEST_SUBJECT] or "(no subject)",
        "channel": TicketChannel.EMAIL,
        "contact": follows.contact if follows is not None else contact_with(letter.sender),
        "requester_name": mail.from_name[:200],
        "requester_email": letter.sender[:254],
        "opened_at": mail.received_at,
        "follows": follows,
        "language": language_of(f"{mail.subject}\n{words['text']}"),
    }
    if queue is None and follows is not None:
        queue = follows.queue
    if queue is not None:
        fields["queue"] = queue
    ticket = open_ticket(actor=None, fields=fields)
    Message.objects.create(ticket=ticket, kind=MessageKind.IN, channel=TicketChannel.EMAIL, **words)
    return _taken(Outcome.TICKET, ticket)


def _say(letter: Letter, ticket: Ticket) -> None:
    told = letter.names.actor if letter.names is not None else None
    take_message(actor=None, ticket=ticket, told=told, **_words(letter))


def _words(letter: Letter) -> dict[str, Any]:
    """What a person wrote, what stood below it, who says they wrote it and when."""
    mail = letter.mail
    shown, folded = folded_text(mail.text)
    written = letter.moment
    is_likely = mail.received_at - EARLIEST <= written <= mail.received_at
    return {
        "text": (shown.strip() or "(no text)")[:LONGEST_TEXT],
        "folded": folded[:LONGEST_TEXT],
        "incoming": mail,
        "sender_name": mail.from_name[:200],
        "sender_address": letter.sender[:320],
        "sent_at": written if is_likely else mail.received_at,
    }


def _taken(outcome: str, ticket: Ticket) -> TakenAs:
    """The mail hangs on the ticket: who sees that may open it."""
    return TakenAs(outcome=outcome, made=ticket, hangs_on=ticket, contact_id=ticket.contact_id)
