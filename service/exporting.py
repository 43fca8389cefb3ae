"""Tickets and their logs, as files that import reads back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models.expressions import Combinable

from contacts.keeping import CONTACT_IDS
from crm.catalogue import ExportKind
from crm.choices import Verb
from crm.company import current_company
from crm.customfields.exporting import custom_columns, custom_expression
from crm.exporting.streams import stream_rows
from orders.keeping import PRODUCT_IDS
from service.keeping import TICKET_IDS
from service.models import Ticket, TicketEvent

if TYPE_CHECKING:
    from crm.models import User

EXPRESSIONS: dict[str, str | Combinable] = {
    "external_id": TICKET_IDS.told(),
    "number": "pk",
    "contact_external_id": CONTACT_IDS.told("contact__"),
    "email": "requester_email",
    "subject": "subject",
    "kind": "kind",
    "priority": "priority",
    "queue": "queue__name",
    "status": "state",
    "opened_at": "opened_at",
    "first_reply_at": "first_reply_at",
    "solved_at": "solved_at",
    "owner_email": "owner__email",
    "product_external_id": PRODUCT_IDS.told("product__"),
    "channel": "channel",
    "source": "source",
    "tags": "tags",
}
EVENT_EXPRESSIONS: dict[str, str | Combinable] = {
    "ticket_external_id": TICKET_IDS.told("ticket__"),
    "ticket_number": "ticket_id",
    "event": "event",
    "value": "value",
    "occurred_at": "occurred_at",
    "actor_email": "actor__email",
    "external_id": "external_id",
}


def _end_of(day: dt.date) -> dt.datetime:
    """The first moment after a day of the company's."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=current_company().zone)


def ticket_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """Tickets that had been opened by the end of `as_of`, as they stand now."""
    rows = Ticket.objects.visible_to(user, Verb.EXPORT).order_by("pk")
    if as_of is not None:
        rows = rows.filter(opened_at__lt=_end_of(as_of))
    custom = custom_columns("service.ticket", EXPRESSIONS)
    own = {name: custom_expression(user, custom[name]) for name in columns if name in custom}
    return stream_rows(rows, {**EXPRESSIONS, **own}, columns)


def event_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """What happened to tickets by the end of `as_of`, ticket by ticket."""
    rows = TicketEvent.objects.visible_to(user, Verb.EXPORT).order_by("ticket_id", "occurred_at", "pk")
    if as_of is not None:
        rows = rows.filter(occurred_at__lt=_end_of(as_of))
    return stream_rows(rows, EVENT_EXPRESSIONS, columns)


EXPORTS = (
    ExportKind("tickets", "Tickets", "service.ticket", tuple(EXPRESSIONS), ticket_rows, has_custom_fields=True),
    ExportKind("ticket_events", "Log of tickets", "service.ticket", tuple(EVENT_EXPRESSIONS), event_rows),
)
