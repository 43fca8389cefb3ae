"""What service brings to the home page: the own tickets in which a customer waits, and those that nobody has."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest

from contacts.queries import UNSEEN_CONTACT
from crm.access import can, veil
from crm.catalogue import HomeCard
from crm.choices import Role, Verb
from crm.field_rights import mask
from crm.requests import SignedInRequest
from service.models import Ticket

MOST = 8


def my_tickets(request: HttpRequest) -> dict[str, Any] | None:
    """My unsolved tickets and the ones without an owner, who waits longest first; None for who may answer none."""
    user = cast(SignedInRequest, request).user
    if not can(user, Verb.CHANGE, Ticket):
        return None
    unsolved = Ticket.objects.visible_to(user).unsolved().by_urgency().select_related("contact", "queue")
    mine = list(unsolved.filter(owner=user).defer("search_text", "custom")[:MOST])
    free = list(unsolved.filter(owner=None).defer("search_text", "custom")[:MOST])
    if not mine and not free:
        return None
    veil(user, [*mine, *free], {"contact": UNSEEN_CONTACT})
    for ticket in (*mine, *free):
        mask(user, ticket)
    return {"mine": mine, "free": free}


CARDS = (HomeCard("tickets", "service/_home_tickets.html", my_tickets, roles=(Role.AGENT, Role.ADMIN), order=11),)
