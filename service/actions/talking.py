"""What is said in a ticket: replies that leave as mails, notes among colleagues, what the customer writes."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.languages.refusing import refused
from crm.models import Attachment, IncomingMail, User
from crm.notes.choices import NoticeKind
from crm.notes.mentions import mention
from crm.notes.notices import News
from crm.notes.notices import tell as ring_bell
from service.actions.mailing import send_to_requester
from service.actions.problems import tell_incidents
from service.actions.steps import held, note_changes, note_event, refuse_merged, set_state, tell
from service.channels.replies import chat_of, send_by_hook
from service.choices import ENDED, EventKind, MessageKind, TicketChannel, TicketState
from service.languages import language_of
from service.macros.applying import apply_changes, count_use
from service.macros.filling import refuse_gaps
from service.models import Macro, Message, MessageFile, Ticket
from service.queries import family_of, watchers_of

AFTER_REPLY = (TicketState.WAITING, TicketState.OPEN, TicketState.SOLVED)


class AnsweredMeanwhile(ValidationError):
    """A public message came after the one that this person had read; `newest` is its id."""

    def __init__(self, message: Message) -> None:
        self.newest = message.pk
        who = message.author.name if message.author else message.sender_name or "The customer"
        verb = "has answered" if message.kind == MessageKind.OUT else "has written"
        super().__init__(
            f"{who} {verb} since you opened this ticket: “{message.text[:160]}”. Your words are kept below; send them"
            " again if they still fit."
        )


@transaction.atomic
def reply(
    *,
    actor: User | None,
    ticket: Ticket,
    text: str,
    seen: int | None = None,
    then: str = TicketState.WAITING,
    macro: Macro | None = None,
    files: Sequence[Attachment] = (),
) -> Message:
    """Answer the customer, in the name of the house: in the chat that they wrote in, where replies have a way there,
    else by mail. The ticket is `then` waiting, open or solved.

    `seen` is the newest public message that the person had before their eyes (0: none): raises `AnsweredMeanwhile`
    where there is another by now. Who answers a ticket that nobody has, has it. What the `macro` changes, by which it
    was written, is changed along with it; the `files`, which hang on the ticket, go with the mail. Raises
    ValidationError where there is no address, a field of the macro is still in the text, or the mail cannot be sent.
    """
    current = held(ticket)
    refuse_merged(current)
    if then not in AFTER_REPLY:
        raise ValidationError("A reply leaves a ticket waiting, open or solved.")
    if not text.strip():
        raise ValidationError({"text": "Write what the customer shall read."})
    chat = chat_of(current)
    if chat is None and not current.requester_email:
        raise ValidationError("This ticket has no e-mail address: give it one, or write a note of what you said.")
    if chat is not None and files:
        raise ValidationError(
            {"attached": refused("Files cannot go to %(chat)s: write where the customer finds them.", chat=chat[1])}
        )
    newest = _newest_public(current)
    if seen is not None and newest is not None and newest.pk > seen:
        raise AnsweredMeanwhile(newest)
    if macro is not None:
        refuse_gaps(text)
    now = timezone.now()
    mail = None
    if chat is None:
        mail = send_to_requester(actor=actor, ticket=current, text=text, files=[one.file for one in files])
    message = Message.objects.create(
        ticket=current, kind=MessageKind.OUT, author=actor, text=text, sent_at=now, outgoing=mail,
        channel=current.channel if chat else TicketChannel.EMAIL,
        sender_address="" if chat else current.requester_email,
    )  # fmt: skip
    put_files(message, files)
    if chat is not None:
        send_by_hook(message, *chat)
    _answered(current, actor, then, now, macro)
    tell(current, "reply", "Answered", actor=actor)
    _tell(current, message, (actor,))
    if then == TicketState.SOLVED:
        tell_incidents(current, actor)
    return message


@transaction.atomic
def add_note(*, actor: User | None, ticket: Ticket, text: str) -> Message:
    """Write a note that the customer never sees; who is named by @ is told."""
    current = held(ticket)
    refuse_merged(current)
    if not text.strip():
        raise ValidationError({"text": "Write what your colleagues shall read."})
    note = Message.objects.create(
        ticket=current, kind=MessageKind.NOTE, author=actor, text=text, channel=TicketChannel.OTHER
    )
    tell(current, "note", "Noted in", actor=actor)
    mention(actor=actor, source=note, record=current, text=text)
    return note


@transaction.atomic
def take_message(
    *,
    actor: User | None,
    ticket: Ticket,
    text: str,
    folded: str = "",
    channel: str = TicketChannel.EMAIL,
    incoming: IncomingMail | None = None,
    sender_name: str = "",
    sender_address: str = "",
    sent_at: dt.datetime | None = None,
    external_id: str | None = None,
    told: User | None = None,
    files: Sequence[Attachment] = (),
) -> Message:
    """Write down what the customer said, by whatever way, with the `files` that they brought, which hang on the ticket.
    A solved ticket is opened again, a waiting one goes on; who has it is told, unless it is they who write it down, or
    they are `told` of it anyway."""
    current = held(ticket)
    refuse_merged(current)
    if current.state == TicketState.CLOSED:
        raise ValidationError("This ticket is closed: open another one that follows it.")
    now = timezone.now()
    at = min(sent_at or now, now)
    message = Message.objects.create(
        ticket=current, kind=MessageKind.IN, channel=channel, author=actor, text=text, folded=folded, sent_at=at,
        incoming=incoming, sender_name=sender_name[:200], sender_address=sender_address[:320], external_id=external_id,
    )  # fmt: skip
    put_files(message, files)
    if current.state in ENDED:
        current.reopenings += 1
        note_event(current, EventKind.REOPENED, actor=actor, at=now)
    note_event(current, EventKind.WROTE, actor=actor, at=now, value=channel)
    set_state(current, TicketState.OPEN if current.owner_id else TicketState.NEW, now)
    current.waiting_since = current.waiting_since or now
    current.message_at = now
    current.language = current.language or language_of(text)
    current.version += 1
    current.save()
    tell(current, "write", "The customer wrote in", actor=actor)
    _tell(current, message, (actor, told))
    return message


def put_files(message: Message, files: Sequence[Attachment]) -> None:
    """These files of the ticket belong to a public message: whoever reads it may fetch them."""
    rows = (MessageFile(message=message, attachment=one, position=place) for place, one in enumerate(files))
    MessageFile.objects.bulk_create(rows)


def _answered(ticket: Ticket, actor: User | None, then: str, now: dt.datetime, macro: Macro | None) -> None:
    is_ended, is_waiting = ticket.state in ENDED, ticket.state == TicketState.WAITING
    ticket.first_reply_at = ticket.first_reply_at or now
    if macro is not None:
        before = copy.copy(ticket)
        apply_changes(ticket, macro, actor)
        note_changes(ticket, before, actor=actor, at=now)
        count_use(macro)
    if ticket.owner_id is None and actor is not None:
        ticket.owner, ticket.team_id = actor, actor.team_id
        note_event(ticket, EventKind.ASSIGNED, actor=actor, value=actor.name, at=now)
    note_event(ticket, EventKind.REPLIED, actor=actor, at=now)
    set_state(ticket, then if not (is_ended and then == TicketState.WAITING) else ticket.state, now)
    ticket.waiting_since, ticket.message_at = None, now
    if is_ended and then == TicketState.OPEN:
        ticket.reopenings += 1
        note_event(ticket, EventKind.REOPENED, actor=actor, at=now)
    elif is_waiting and then == TicketState.OPEN:
        note_event(ticket, EventKind.RESUMED, actor=actor, at=now)
    elif not is_ended and then != TicketState.OPEN:
        note_event(ticket, EventKind.SOLVED if then == TicketState.SOLVED else EventKind.WAITING, actor=actor, at=now)
    ticket.version += 1
    ticket.save()


def _newest_public(ticket: Ticket) -> Message | None:
    rows = Message.objects.filter(ticket__in=family_of(ticket)).exclude(kind=MessageKind.NOTE)
    return rows.select_related("author").order_by("-pk").first()


def _tell(ticket: Ticket, message: Message, known_to: tuple[User | None, ...]) -> None:
    """Whoever has the ticket, of what the customer wrote; whoever watches it, of every public word."""
    told = watchers_of(ticket)
    if message.kind == MessageKind.IN and ticket.owner is not None:
        told.append(ticket.owner)
    who = ticket.requester if message.kind == MessageKind.IN else message.author or "The house"
    title = "".join(sign for sign in f"{who} wrote: {ticket.subject}" if sign.isprintable())
    key, url = f"ticket message:{message.pk}", ticket.get_absolute_url()
    ring_bell(
        News(
            user=person, kind=NoticeKind.ANSWER, title=title, url=url, text=message.text[:300],
            key=key if person == ticket.owner else f"{key}:{person.pk}",
        )
        for person in {one.pk: one for one in told}.values()
        if person not in known_to and person.is_active and _may_still_see(person, ticket)
    )  # fmt: skip


def _may_still_see(person: User, ticket: Ticket) -> bool:
    return person == ticket.owner or Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()
