"""What service puts on a contact's page: the tab of tickets, and the button for a new one."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.db.models import OuterRef, Q
from django.http import HttpRequest

from contacts.models import Contact
from crm.access import VisibleQuerySet, can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.models import User
from crm.paths import path_of
from crm.requests import SignedInRequest
from crm.small_tables import small_table
from service.models import Ticket
from service.queries import tickets_of

NEWEST = 50
COLUMNS = ("number", "subject", "state", "priority", "owner", "opened_at")
PHONE = {"state": "cell-end", "owner": "cell-secondary", "opened_at": "cell-secondary-end"}


def tickets_tab(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    """The contact's tickets as a table, unsolved ones first, and where all of them are."""
    request, contact = cast(SignedInRequest, request), cast(Contact, record)
    rows = list(tickets_of(request.user, contact).select_related("owner")[: NEWEST + 1])
    return {
        "contact": contact,
        "table": small_table("service.ticket", COLUMNS, PHONE, request, rows[:NEWEST]),
        "all_url": f"{path_of('service:ticket_list')}?contact={contact.pk}",
        "has_more": len(rows) > NEWEST,
        "new_url": _new_url(request, contact),
    }


def counted_tickets(user: User) -> VisibleQuerySet[Ticket]:
    """The tickets of a contact or with its organization that the person may see."""
    return Ticket.objects.visible_to(user).filter(Q(contact=OuterRef("pk")) | Q(organization=OuterRef("pk")))


def count_tickets(request: HttpRequest, record: models.Model) -> int:
    """As they were counted along with the contact."""
    return record.tickets_count  # type: ignore[attr-defined]


def new_ticket_button(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    url = _new_url(cast(SignedInRequest, request), cast(Contact, record))
    return {"url": url} if url else None


def _new_url(request: SignedInRequest, contact: Contact) -> str:
    """Where a ticket of this contact is opened; empty for who may open none."""
    if contact.is_archived or not can(request.user, Verb.ADD, Ticket):
        return ""
    return f"{path_of('service:ticket_create')}?contact={contact.pk}"


CONTACT_PANELS = (
    RecordPanel(
        "tickets",
        "Tickets",
        "service/_tickets.html",
        tickets_tab,
        place="tab",
        order=17,
        count=count_tickets,
        counted=counted_tickets,
    ),
    RecordPanel("new_ticket", "New ticket", "service/_new_ticket.html", new_ticket_button, place="action", order=17),
)
