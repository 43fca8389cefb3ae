"""What service brings to the home page: the own tickets in which a customer waits, and those that nobody has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django.http import HttpRequest

from contacts.queries import UNSEEN_CONTACT
from crm.access import can, veil
from crm.choices import Role, Verb
from crm.company import company_today
from crm.field_rights import mask
from crm.models import User
from crm.requests import SignedInRequest
from crm.tiles.counting import count_figures
from crm.tiles.spec import Figure, HomeCard, HomeFigures
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


def my_queue(user: User) -> list[Figure]:
    """Own unsolved tickets, those that wait for me, those that run out of time, those that nobody has, solved today."""
    today, mine = company_today().isoformat(), {"owner": user.pk}
    asked: tuple[tuple[str, str, dict[str, Any], str], ...] = (
        ("My queue", "unsolved tickets of mine", {"at_hand": "unsolved", **mine}, ""),
        ("Wait for me", "the customer wrote last", {"at_hand": "waits", **mine}, ""),
        ("Running out", "late, or due within four hours", {"at_hand": "soon", **mine}, "bad"),
        ("Nobody has these", "unsolved, of all that I see", {"at_hand": "free"}, ""),
        ("Solved today", "by me", {"solved_at_min": today, **mine}, ""),
    )
    found = []
    for says, note, filters, tone in asked:
        figures = count_figures(user, "service.ticket", "service:ticket_list", filters, says=says, note=note)
        is_pressing = tone and figures and figures[0].rows
        found += [replace(one, change="look now", change_tone=tone) for one in figures] if is_pressing else figures
    return found


FIGURES = (HomeFigures("my_queue", "My queue", my_queue, roles=(Role.AGENT,), order=20, most=5),)
CARDS = (
    HomeCard("tickets", "service/_home_tickets.html", my_tickets, roles=(Role.AGENT,), order=11, label="My tickets"),
)
