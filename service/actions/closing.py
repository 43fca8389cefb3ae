"""Tickets in which the customer is to answer and does not: one reminder, then the end, as their queue says.

Each ticket is a transaction of its own, which looks at it again once its row is held: run twice, or killed in the
middle, nobody gets a second reminder. A ticket that was solved so is opened again by an answer.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.utils import timezone

from crm.company import current_company
from crm.mail.choices import MailKind
from crm.merge_fields import Unknown
from service.actions.mailing import send_to_requester
from service.actions.steps import note_event, set_state, tell
from service.choices import EventKind, MessageKind, TicketState
from service.macros.filling import FIELDS, text_in, values_of
from service.models import Message, Ticket
from service.wording import reminder_in, words_in

logger = logging.getLogger(__name__)
MOST = 2_000
DAY = dt.timedelta(days=1)


@dataclass
class Closed:
    """What a run did."""

    reminded: int = 0
    solved: int = 0
    closed: int = 0
    failed: int = 0

    @property
    def count(self) -> int:
        return self.reminded + self.solved + self.closed


def close_quiet() -> Closed:
    """Remind, solve and close what is due by now. A fault in one ticket does not stop the others."""
    found = Closed()
    found.closed = _each(to_close(), _close, found)
    found.solved = _each(to_solve(), _solve, found)
    found.reminded = _each(to_remind(), _remind, found)
    return found


def to_remind() -> QuerySet[Ticket]:
    """Who was answered so many days ago and was not reminded yet."""
    return _after(Ticket.objects.filter(state=TicketState.WAITING, noticed_at=None), "notice_after_days", "message_at")


def to_solve() -> QuerySet[Ticket]:
    """Who was reminded so many days ago."""
    return _after(Ticket.objects.filter(state=TicketState.WAITING), "close_after_days", "noticed_at")


def to_close() -> QuerySet[Ticket]:
    """What was solved so many days ago."""
    rows = Ticket.objects.filter(state=TicketState.SOLVED, merged_into=None)
    return _after(rows, "end_after_days", "solved_at")


def _after(rows: QuerySet[Ticket], days: str, since: str) -> QuerySet[Ticket]:
    """Rows whose moment `since` lies as many days back as their queue says; the oldest first."""
    span = ExpressionWrapper(F(f"queue__{days}") * Value(DAY), output_field=DurationField())
    due = Q(**{f"queue__{days}__isnull": False, f"{since}__lte": timezone.now() - span})
    return rows.filter(due).order_by(since, "pk")


def _each(rows: QuerySet[Ticket], act: Callable[[Ticket], None], found: Closed) -> int:
    done = 0
    for pk in list(rows.values_list("pk", flat=True)[:MOST]):
        try:
            with transaction.atomic():
                held = Ticket.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
                if held is None or not rows.filter(pk=pk).exists():  # somebody is at it, or was a moment ago
                    continue
                act(held)
                done += 1
        except Exception:  # one ticket's fault, whatever it is: it is told, the others go on, the next run tries again
            logger.exception("Ticket %s could not be brought to its end", pk)
            found.failed += 1
    return done


def _remind(ticket: Ticket) -> None:
    now = timezone.now()
    if problem := _send_reminder(ticket, now):
        note_event(ticket, EventKind.NOTICE, actor=None, at=now, value=problem)
    ticket.noticed_at = now
    ticket.version += 1
    ticket.save()
    tell(ticket, "remind", "Reminded the customer in" if not problem else "Nobody to remind in", actor=None)


def _send_reminder(ticket: Ticket, now: dt.datetime) -> str:
    """Send it; in words, why it was not."""
    if not ticket.requester_email:
        return "there is no address to write to"
    text = reminder_of(ticket)
    try:
        with transaction.atomic():
            mail = send_to_requester(
                actor=None, ticket=ticket, text=text, kind=MailKind.AT_MOST_ONCE,
                key=f"ticket notice:{ticket.pk}:{ticket.message_at:%Y%m%d%H%M%S%f}",
            )  # fmt: skip
    except ValidationError as error:
        return " ".join(error.messages)
    Message.objects.create(
        ticket=ticket, kind=MessageKind.OUT, text=text, sent_at=now, outgoing=mail,
        sender_address=ticket.requester_email,
    )  # fmt: skip
    note_event(ticket, EventKind.NOTICE, actor=None, at=now)
    return ""


def reminder_of(ticket: Ticket) -> str:
    """Its words in the customer's language: the queue's macro, where it says something without a gap; else ours."""
    values = values_of(ticket, None, current_company().name)
    macro = ticket.queue.notice_macro
    if macro is not None and macro.says_something:
        try:
            return FIELDS.fill(text_in(macro, ticket.language)[0], values)
        except Unknown:
            logger.warning("The reminder of the queue %s has a gap: it says nothing instead", ticket.queue)
    said = reminder_in(ticket.language, ticket.queue.close_after_days)
    return FIELDS.fill(said, values | {"subject": values["subject"] or words_in(ticket.language).your_request})


def _solve(ticket: Ticket) -> None:
    _into(ticket, TicketState.SOLVED, EventKind.SOLVED, "solve", "Solved without an answer:")


def _close(ticket: Ticket) -> None:
    _into(ticket, TicketState.CLOSED, EventKind.CLOSED, "close", "Closed for good:")


def _into(ticket: Ticket, state: str, event: str, verb: str, words: str) -> None:
    now = timezone.now()
    set_state(ticket, state, now)
    ticket.version += 1
    ticket.save()
    note_event(ticket, event, actor=None, at=now, value="no answer" if event == EventKind.SOLVED else "")
    tell(ticket, verb, words, actor=None)
