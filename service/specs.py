"""The fields of tickets that lists and filter trees can show, filter and sort by."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from contacts.queries import UNSEEN_CONTACT, UNSEEN_ORGANIZATION
from crm.catalogue import FieldSpec
from crm.languages.words import in_words
from crm.related_totals import Total
from crm.templatetags.figures import day_and_time, relative_time
from crm.templatetags.pieces import pill
from service import marks
from service.choices import (
    PRIORITY_TONES,
    STATE_TONES,
    UNSOLVED,
    Priority,
    TicketChannel,
    TicketKind,
    TicketState,
)
from service.languages import LANGUAGES
from service.models import Queue, Ticket


def queue_choices() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Queue.objects.values_list("pk", "name")]


def _ticket(record: models.Model) -> Ticket:
    return cast(Ticket, record)


def _state(record: models.Model) -> SafeString:
    ticket = _ticket(record)
    return pill("merged" if ticket.is_merged else ticket.get_state_display(), STATE_TONES[ticket.state])


def _priority(record: models.Model) -> SafeString | str:
    ticket = _ticket(record)
    tone = PRIORITY_TONES.get(ticket.priority, "")
    return pill(ticket.get_priority_display(), tone) if tone else ticket.get_priority_display()


def _customer(record: models.Model) -> SafeString | str:
    return conditional_escape(_ticket(record).requester)


def _since(name: str) -> Any:
    def cell(record: models.Model) -> SafeString | str:
        moment = getattr(record, name)
        if moment is None:
            return ""
        shown = relative_time(moment)
        return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), day_and_time(moment), shown)

    return cell


def _due(record: models.Model) -> SafeString | str:
    ticket = _ticket(record)
    if ticket.due_at is None:
        return ""
    when = relative_time(ticket.due_at)
    return pill(in_words("late: %(when)s", when=when), "bad") if ticket.is_late else when


SOON = dt.timedelta(hours=4)
MARKS = {
    "unsolved": "unsolved",
    "waits": "waits for us",
    "late": "late",
    "soon": "late or due within four hours",
    "free": "nobody has it",
    "theirs": "waits for the customer",
}


def at_hand(mark: str) -> Q:
    """The tickets behind one of `MARKS`. Raises ValueError with a sentence."""
    if mark not in MARKS:
        raise ValueError(f"The marks of tickets are {', '.join(f'“{name}”' for name in MARKS)}.")
    found = Q(state__in=UNSOLVED)
    if mark == "free":
        return found & Q(owner=None)
    if mark == "theirs":
        return Q(state=TicketState.WAITING)
    if mark == "late":
        return found & Q(due_at__lte=timezone.now())
    if mark == "soon":
        return found & Q(due_at__lte=timezone.now() + SOON)
    return found & Q(waiting_since__isnull=False) if mark == "waits" else found


def _at_hand_words(mark: str) -> str:
    return MARKS.get(mark, mark)


TICKET_FIELDS = (
    FieldSpec("number", "No.", "id", kind="id", default=True, order=5, always=True,
        cell=lambda ticket: _ticket(ticket).number, value=lambda ticket: ticket.pk),
    FieldSpec(
        "subject", "Subject", "subject", filter=False, in_trees=True, sort=True, sort_by="sort_name", default=True,
        order=10, always=True, held_in="search_text",
    ),
    FieldSpec(
        "customer", "Customer", "contact__name", select=("contact",), default=True, order=20, cell=_customer,
        value=lambda ticket: _ticket(ticket).requester, stored="service.ticket.contact", unseen=UNSEEN_CONTACT,
        covers=("service.ticket.requester_name",), held_in="contact__search_text", also=("contact_external_id",),
    ),
    FieldSpec(
        "organization", "Organization", "organization__name", select=("organization",), order=21,
        unseen=UNSEEN_ORGANIZATION, held_in="organization__search_text",
    ),
    FieldSpec("requester_email", "E-mail", "requester_email", order=22, searched=True, held_in="search_text",
        also=("email",)),
    FieldSpec(
        "state", "State", "state", kind="choice", choices=lambda: TicketState.choices, default=True, order=30,
        always=True, cell=_state, also=("status",),
    ),
    FieldSpec(
        "priority", "Priority", "priority", kind="choice", choices=lambda: Priority.choices, default=True, order=31,
        sort=True, sort_by="rank", cell=_priority, covers=("service.ticket.rank",),
    ),
    FieldSpec("queue", "Queue", "queue", kind="choice", choices=queue_choices, default=True, order=32, always=True,
        select=("queue",), cell=lambda ticket: conditional_escape(_ticket(ticket).queue.name),
        value=lambda ticket: _ticket(ticket).queue.name),
    FieldSpec("kind", "Kind", "kind", kind="choice", choices=lambda: TicketKind.choices, order=33),
    FieldSpec("channel", "Came by", "channel", kind="choice", choices=lambda: TicketChannel.choices, order=34),
    FieldSpec("owner", "Owner", "owner", kind="person", select=("owner",), default=True, order=40),
    FieldSpec("team", "Team", "team", kind="team", select=("team",), order=41),
    FieldSpec("tags", "Tags", "tags", kind="tags", order=42),
    FieldSpec("product", "Product", "product__name", select=("product",), order=43, stored="service.ticket.product",
        also=("product_external_id",)),
    FieldSpec("language", "Language", "language", kind="choice", choices=lambda: list(LANGUAGES.items()), order=45,
        help="In which the customer writes."),
    FieldSpec("source", "Source", "source", order=44),
    FieldSpec("waiting_since", "Waits for us", "waiting_since", kind="date", default=True, order=50,
        cell=_since("waiting_since"), help="Since when the customer waits for an answer of ours."),
    FieldSpec("due_at", "Due", "due_at", kind="date", sort=True, default=True, order=49, cell=_due,
        help="When the promise that holds has to be kept next.", covers=("service.ticket.due_for",)),
    FieldSpec("opened_at", "Opened", "opened_at", kind="date", sort=True, default=True, order=51, always=True,
        cell=_since("opened_at")),
    FieldSpec("message_at", "Last message", "message_at", kind="date", order=52, cell=_since("message_at")),
    FieldSpec("first_reply_at", "First reply", "first_reply_at", kind="date", order=53,
        cell=_since("first_reply_at")),
    FieldSpec("solved_at", "Solved", "solved_at", kind="date", order=54, cell=_since("solved_at")),
    FieldSpec("reopenings", "Opened again", "reopenings", kind="number", order=55),
    FieldSpec("external_id", "External id", "external_id", order=70, searched=True, held_in="search_text"),
    FieldSpec("contact", "Customer", "contact", kind="record", column=False, order=80, always=True,
        condition=lambda end, value: Q(contact=value) | Q(organization=value)),
    FieldSpec("counted", "Counted", "pk", kind="mark", column=False, order=82, mark=marks.condition,
        words=marks.words, stored="service.ticket.opened_at", always=True),
    FieldSpec("at_hand", "At hand", "state", kind="mark", mark=at_hand, words=_at_hand_words, column=False, order=81,
        help="unsolved; waits: for an answer of ours; theirs: of the customer’s; free: nobody has it; late;"
             " soon: late, or due within four hours.",
        stored="service.ticket.state", always=True),
)  # fmt: skip

CONTACT_FIELDS = (
    FieldSpec(
        "unsolved_tickets", "Unsolved tickets", "pk", kind="number", group="Service", column=False, filter=False,
        order=93, stored="service.ticket.opened_at",
        total=Total("service.ticket", "contact", "count", "opened_at", "", (("solved_at", None),)),
    ),
    FieldSpec(
        "tickets", "Tickets", "pk", kind="number", group="Service", column=False, filter=False, order=94,
        stored="service.ticket.opened_at", total=Total("service.ticket", "contact", "count", "opened_at", "", ()),
    ),
)  # fmt: skip
