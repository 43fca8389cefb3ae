"""The tile of dashboards that service brings: what its page of figures shows."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.models import User
from crm.templatetags.figures import full_day, number
from crm.tiles.spec import Cell, DashboardTile, Figure, Question, TileContent
from service.figure_cards import figure_cards, flow_chart
from service.figures import service_figures
from service.marks import mark_url
from service.models import Ticket

DAYS = {"month": 30, "quarter": 90, "year": 365}


def service(user: User, question: Question) -> TileContent | None:
    """What was opened in the days of a period, how fast it was answered, and what was unsolved each evening."""
    days = DAYS[question.period]
    since = company_today() - dt.timedelta(days=days)
    found = service_figures(user, since=since)
    if found.whole is None:
        return None
    return TileContent(
        figures=[Figure(**card) for card in figure_cards(found, since, "")],
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
            "was opened again counts as unsolved all along. Counted now, by no run."
        ),
        note=f"{days} days",
        url=f"{reverse('service:figures')}?days={days}",
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
