"""What service brings to the home page: the own tickets in which a customer waits, and those that nobody has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext_noop as _

from contacts.queries import UNSEEN_CONTACT
from crm.access import can, veil
from crm.choices import Role, Verb
from crm.company import company_today
from crm.field_rights import mask
from crm.models import User
from crm.requests import SignedInRequest
from crm.templatetags.figures import number
from crm.tiles.counting import count_figures, list_url, rows_behind
from crm.tiles.spec import Figure, HomeCard, HomeFigures
from service.models import Ticket
from service.specs import at_hand

MOST = 8
LABEL, URL = "service.ticket", "service:ticket_list"
NOTES = {
    "unsolved": _("unsolved tickets of mine"),
    "waits": _("the customer wrote last"),
    "soon": _("late, or due within four hours"),
}


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
    mine = {"owner": user.pk}
    rows = rows_behind(user, LABEL, {"at_hand": "unsolved", **mine})
    if rows is None:
        return []
    marks = {"unsolved": _("My queue"), "waits": _("Wait for me"), "soon": _("Running out")}
    counts = rows.order_by().aggregate(**{mark: Count("pk", filter=at_hand(mark)) for mark in marks})
    figures = [
        Figure(says, number(counts[mark]), NOTES[mark], list_url(URL, {"at_hand": mark, **mine}), rows=counts[mark])
        for mark, says in marks.items()
    ]
    if counts["soon"]:
        figures[-1] = replace(figures[-1], change=_("look now"), change_tone="bad")
    today = {"solved_at_min": company_today().isoformat(), **mine}
    return [
        *figures,
        *count_figures(
            user, LABEL, URL, {"at_hand": "free"}, says=_("Nobody has these"), note=_("unsolved, of all that I see")
        ),
        *count_figures(user, LABEL, URL, today, says=_("Solved today"), note=_("by me")),
    ]


FIGURES = (HomeFigures("my_queue", "My queue", my_queue, roles=(Role.AGENT,), order=20, most=5),)
CARDS = (
    HomeCard("tickets", "service/_home_tickets.html", my_tickets, roles=(Role.AGENT,), order=11, label="My tickets"),
)
