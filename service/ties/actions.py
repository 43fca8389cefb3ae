"""What ties tickets together: links, watchers, a matter that is split off, incidents of a problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.company import current_company
from crm.jobs import Progress, start_job
from crm.languages.refusing import refused
from crm.log import log
from crm.merge_fields import Unknown
from crm.models import JobRun, User
from service.actions.states import solve_ticket
from service.actions.steps import held, note_event, refuse_merged
from service.actions.talking import reply
from service.actions.tickets import open_ticket
from service.choices import EventKind, LinkKind, MessageKind, TicketState
from service.macros.filling import FIELDS, values_of
from service.models import Message, Ticket, TicketLink, TicketWatcher
from service.queries import family_of, incidents_of

KIND = "answer incidents"
MOST_TOLD = 40  # faults that are told one by one


@transaction.atomic
def link_tickets(*, actor: User | None, ticket: Ticket, other: Ticket, kind: str) -> TicketLink:
    """Say what two tickets have to do with each other; said anew, it replaces that. Raises ValidationError."""
    rows = {
        row.pk: row for row in Ticket.objects.select_for_update().filter(pk__in=(ticket.pk, other.pk)).order_by("pk")
    }
    if len(rows) < 2:
        raise ValidationError({"other": "A ticket has nothing to do with itself: name another one."})
    if kind == LinkKind.INCIDENT and TicketLink.objects.filter(ticket=other, kind=LinkKind.INCIDENT).exists():
        raise ValidationError(
            {
                "other": refused(
                    "%(number)s is an incident itself: link the problem that it is part of.", number=other.number
                )
            }
        )
    if kind == LinkKind.INCIDENT and TicketLink.objects.filter(other=ticket, kind=LinkKind.INCIDENT).exists():
        raise ValidationError(
            {"kind": refused("%(number)s is a problem itself, with incidents of its own.", number=ticket.number)}
        )
    TicketLink.objects.filter(ticket=other, other=ticket).delete()
    link, _ = TicketLink.objects.update_or_create(ticket=ticket, other=other, defaults={"kind": kind, "actor": actor})
    words = f"{link.get_kind_display().lower()} {other.number}"
    note_event(ticket, EventKind.LINKED, actor=actor, value=words)
    summary = f"{ticket.number} is now {words}: {other.subject}"
    log(actor=actor, verb="link", object=ticket, contact_id=ticket.contact_id, summary=summary)
    return link


@transaction.atomic
def unlink_tickets(*, actor: User | None, link: TicketLink) -> None:
    """They have nothing to do with each other any more. Twice is once."""
    if TicketLink.objects.filter(pk=link.pk).delete()[0]:
        summary = f"No longer {link.get_kind_display().lower()} #{link.other_id}: #{link.ticket_id}"
        log(actor=actor, verb="unlink", object=link.ticket, contact_id=link.ticket.contact_id, summary=summary)


@transaction.atomic
def split_ticket(*, actor: User | None, ticket: Ticket, message: Message, fields: Mapping[str, Any]) -> Ticket:
    """A second matter of one message gets a ticket of its own, with those words; the first one goes on as it was. The
    customer waits for it since the message came in: a split gives nobody more time.

    Of the fields at least the subject is given; who asks, the product and the language are those of the first ticket.
    Raises ValidationError.
    """
    current = held(ticket)
    refuse_merged(current)
    if message.ticket_id not in family_of(current) or message.kind != MessageKind.IN:
        raise ValidationError("Choose a message of the customer in this ticket.")
    same = ("contact", "organization", "requester_name", "requester_email", "language", "product")
    made = open_ticket(
        actor=actor,
        fields={
            **{name: getattr(current, name) for name in same},
            "channel": message.channel,
            "opened_at": message.recorded_at,
            **fields,
        },
    )
    Message.objects.create(
        ticket=made, kind=MessageKind.IN, channel=message.channel, text=message.text, folded=message.folded,
        sent_at=message.sent_at, incoming=message.incoming, author=message.author,
        sender_name=message.sender_name, sender_address=message.sender_address,
    )  # fmt: skip
    TicketLink.objects.create(ticket=made, other=current, kind=LinkKind.SPLIT, actor=actor)
    note_event(current, EventKind.SPLIT, actor=actor, value=f"into {made.number}")
    summary = f"Split {made.number} off {current.number}: {made.subject}"
    log(actor=actor, verb="split", object=current, contact_id=current.contact_id, summary=summary)
    return made


@transaction.atomic
def watch_ticket(*, actor: User, ticket: Ticket) -> None:
    """Be told of what is said in it from now on. Twice is once."""
    _, is_new = TicketWatcher.objects.get_or_create(ticket=ticket, user=actor)
    if is_new:
        log(actor=actor, verb="watch", object=ticket, contact_id=ticket.contact_id, summary=f"Watches {ticket.number}")


@transaction.atomic
def unwatch_ticket(*, actor: User, ticket: Ticket) -> None:
    """Be told no more. Twice is once."""
    if TicketWatcher.objects.filter(ticket=ticket, user=actor).delete()[0]:
        summary = f"Watches {ticket.number} no more"
        log(actor=actor, verb="unwatch", object=ticket, contact_id=ticket.contact_id, summary=summary)


def start_incidents(*, actor: User, ticket: Ticket, text: str, then: str) -> JobRun:
    """Have a worker answer all unsolved incidents of a problem that the person may change."""
    parameters = {"problem": ticket.pk, "text": text, "then": then}
    return start_job(actor=actor, kind=KIND, title=f"Answer the incidents of {ticket.number}", parameters=parameters)


def run_incidents(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: one after the other; a fault in one is told and does not stop the others."""
    problem = Ticket.objects.get(pk=job.parameters["problem"])
    found = list(incidents_of(problem, job.actor))
    faults: list[str] = []
    for place, incident in enumerate(found, start=1):
        try:
            with transaction.atomic():
                _answer(incident, job)
        except ValidationError as error:
            faults.append(f"{incident.number}: {' '.join(error.messages)}")
        except Unknown as error:
            faults.append(f"{incident.number}: {error}")
        progress.report(place, len(found), "Answering")
    return {
        "incidents": len(found),
        "answered": len(found) - len(faults),
        "not": len(faults),
        "why": faults[:MOST_TOLD],
    }


def _answer(incident: Ticket, job: JobRun) -> None:
    then = job.parameters["then"]
    if incident.requester_email:
        text = FIELDS.fill(job.parameters["text"], values_of(incident, job.actor, current_company().name))
        reply(actor=job.actor, ticket=incident, text=text, then=then)
    elif then == TicketState.SOLVED:
        solve_ticket(actor=job.actor, ticket=incident)
    else:
        raise ValidationError("it has no e-mail address")
