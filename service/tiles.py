"""The tile of dashboards that service brings: what its page of figures shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.models import User
from crm.templatetags.figures import full_day, number, percent
from crm.tiles.spec import Cell, DashboardTile, Figure, Question, TileContent
from service.figure_cards import figure_cards, flow_chart
from service.figures import Line, service_figures, whole_of
from service.marks import mark_url
from service.models import Ticket

LEAST_CHANGE = 0.005
MEASURES = {  # by label: what it is of a line, and what it is when it falls
    "Opened": ("opened", "neutral"),
    "First reply": ("reply_half", "good"),
    "Solution": ("solve_half", "good"),
    "Solved at first contact": ("first_contact", "bad"),
    "Opened again": ("reopened", "good"),
}
DAYS = {"month": 30, "quarter": 90, "year": 365}


def service(user: User, question: Question) -> TileContent | None:
    """What was opened in the days of a period, how fast it was answered, and what was unsolved each evening."""
    days = DAYS[question.period]
    since = company_today() - dt.timedelta(days=days)
    found = service_figures(user, since=since)
    if found.whole is None:
        return None
    before = whole_of(user, since=since - dt.timedelta(days=days), until=since - dt.timedelta(days=1))
    return TileContent(
        figures=[_compared(Figure(**card), found.whole, before) for card in figure_cards(found, since, "")],
        chart="lines",
        data=flow_chart(found.evenings),
        heads=("Day", "Opened", "Solved", "Unsolved that evening"),
        rows=[
            [
                Cell(full_day(one.day), one.day.isoformat()),
                Cell(number(one.opened), one.opened),
                Cell(number(one.solved), one.solved),
                Cell(number(one.unsolved), one.unsolved, mark_url("backlog", one.day)),
            ]
            for one in reversed(found.evenings)
        ],
        explanation=(
            f"Of {number(found.whole.opened)} tickets opened since {full_day(since)} that you may see, without merged "
            "ones. Hours are those of the clock. Unsolved is reckoned back from what is unsolved now; a ticket that "
            "was opened again counts as unsolved all along. Beside the figures: the change on as many days before. "
            "Counted now, by no run."
        ),
        note=f"{days} days",
        url=f"{reverse('service:figures')}?days={days}",
    )


def _compared(figure: Figure, now: Line, before: Line | None) -> Figure:
    """The figure beside that of as many days before, where it is one of the whole period. Less is better for hours."""
    if figure.label not in MEASURES or before is None:
        return figure
    name, less_is = MEASURES[figure.label]
    value, earlier = getattr(now, name), getattr(before, name)
    if value is None or not earlier:
        return figure
    share = float(value) / float(earlier) - 1
    if abs(share) < LEAST_CHANGE:
        return replace(figure, change="as before")
    more_is = {"good": "bad", "bad": "good"}.get(less_is, "neutral")
    return replace(
        figure, change=f"{'+' if share > 0 else ''}{percent(share)}", change_tone=less_is if share < 0 else more_is
    )


def sees_tickets(user: User) -> bool:
    """Whether the person may see any ticket."""
    return can(user, Verb.VIEW, Ticket)


TILES = (
    DashboardTile(
        "service", "Service", service, sees_tickets, "service.ticket", "No ticket was opened in this time.",
        frozenset({"period"}), order=60,
    ),
)  # fmt: skip
