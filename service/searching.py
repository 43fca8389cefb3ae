"""Tickets in the search of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contacts.queries import UNSEEN_CONTACT
from crm.access import veil
from crm.field_rights import mask
from crm.search.finding import find_by_text
from crm.search.spec import SearchFound, SearchHit, SearchSource
from service.models import Ticket
from service.queries import number_in

if TYPE_CHECKING:
    from crm.models import User


def find_tickets(user: User, text: str, limit: int) -> SearchFound:
    """Tickets by any part of subject, number, requester or external id; the one whose number is typed comes first."""
    found = find_by_text(Ticket.objects.visible_to(user), user, text, limit, show_tickets)
    key = number_in(text)
    meant = show_tickets(user, [key]) if key else {}
    if not meant:
        return found
    first = meant[key]
    others = tuple(hit for hit in found.hits if hit != first)
    count = max(found.count, len(others) + 1)
    return SearchFound((first, *others)[:limit], count, found.is_capped)


def show_tickets(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    rows = list(Ticket.objects.visible_to(user).filter(pk__in=keys).select_related("contact", "queue"))
    veil(user, rows, {"contact": UNSEEN_CONTACT})
    for ticket in rows:
        mask(user, ticket)
    return {
        ticket.pk: SearchHit(
            f"{ticket.number} {ticket.subject}",
            ticket.get_absolute_url(),
            "life-preserver",
            " · ".join((ticket.requester, ticket.queue.name, ticket.get_state_display())),
        )
        for ticket in rows
    }


SOURCES = (
    SearchSource(
        "tickets", "Tickets", "service.ticket", find_tickets, show_tickets, all_url_name="service:ticket_list"
    ),
)
