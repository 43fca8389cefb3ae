"""The tile of dashboards that service brings: what its page of figures shows."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.field_rights import hidden_specs
from crm.models import User
from crm.templatetags.figures import full_day, hours_in_words, number, percent
from crm.tiles.comparing import DAYS, OTHER, beside
from crm.tiles.spec import Cell, DashboardTile, Figure, Question, TileContent
from service.choices import DueFor
from service.figure_cards import figure_cards, flow_chart, urls_of
from service.figures import Line, service_figures, whole_of
from service.marks import mark_url
from service.models import Ticket

MEASURES = {  # by label: what it is of a line, and what it is when it falls
    "Opened": ("opened", "neutral"),
    "First reply": ("reply_half", "good"),
    "Solution": ("solve_half", "good"),
    "Solved at first contact": ("first_contact", "bad"),
    "Opened again": ("reopened", "good"),
}
PROMISES = {
    DueFor.FIRST_REPLY: "First replies in time",
    DueFor.NEXT_REPLY: "Next replies in time",
    DueFor.SOLUTION: "Solved in time",
}


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
    """The figure beside that of as many days before, where it is one of the whole period."""
    if figure.label not in MEASURES or before is None:
        return figure
    name, less_is = MEASURES[figure.label]
    return beside(figure, getattr(now, name), getattr(before, name), more_is=OTHER.get(less_is, "neutral"))


def by_queue(user: User, question: Question) -> TileContent | None:
    """The tickets opened in the days of a period by queue: how many, how fast they were answered and solved."""
    days = DAYS[question.period]
    first = company_today() - dt.timedelta(days=days)
    found = service_figures(user, since=first)
    if found.whole is None:
        return None
    before = whole_of(user, since=first - dt.timedelta(days=days), until=first - dt.timedelta(days=1))
    whole, lines = found.whole, [line for line in found.lines if line.opened]
    cards = {
        "First reply": ("half of them were faster", "reply_half"),
        "Solution": ("half of them were faster", "solve_half"),
    }
    opened = Figure("Opened", number(whole.opened), url=urls_of(whole, first)["opened"])
    figures = [_compared(opened, whole, before)]
    for label, (note, name) in cards.items():
        figures.append(_compared(Figure(label, hours_in_words(getattr(whole, name)), note), whole, before))
    figures += [
        Figure(PROMISES[DueFor(one.kind)], percent(one.share), f"of {number(one.count)} promises")
        for one in found.promises
    ]
    return TileContent(
        figures=figures,
        chart="bars",
        data={
            "names": [line.name for line in lines],
            "values": [line.opened for line in lines],
            "urls": [urls_of(line, first, "queue")["opened"] for line in lines],
            "unit": "",
        },
        heads=("Queue", "Opened", "Solved", "First reply", "nine of ten", "Solution", "nine of ten"),
        rows=[
            [
                Cell(line.name, url=urls_of(line, first, "queue")["opened"]),
                Cell(number(line.opened), line.opened, urls_of(line, first, "queue")["opened"]),
                Cell(number(line.solved), line.solved, urls_of(line, first, "queue")["solved"]),
                *(
                    Cell(hours_in_words(hours), hours)
                    for hours in (line.reply_half, line.reply_most, line.solve_half, line.solve_most)
                ),
            ]
            for line in lines
        ],
        explanation=(
            f"Tickets that you may see, opened since {full_day(first)}, without merged ones. First reply and solution: "
            "the middle one and the one that nine of ten stay below, in hours of the clock. Promises kept: of the "
            f"newest tickets, in working time. Beside the figures: the change on the {days} days "
            "before. Counted now, by no run."
        ),
        note=f"{days} days",
        url=f"{reverse('service:figures')}?days={days}",
    )


def sees_tickets(user: User) -> bool:
    """Whether the person may see any ticket."""
    return can(user, Verb.VIEW, Ticket)


def sees_queues(user: User) -> bool:
    """Whether the person may see tickets, and in which queue they are."""
    return sees_tickets(user) and "queue" not in hidden_specs(user, "service.ticket")


TILES = (
    DashboardTile(
        "service", "Service", service, sees_tickets, "service.ticket", "No ticket was opened in this time.",
        frozenset({"period"}), order=60,
    ),
    DashboardTile(
        "tickets_by_queue", "Tickets by queue", by_queue, sees_queues, "service.ticket",
        "No ticket was opened in this time.", frozenset({"period"}), order=62, is_further=True,
    ),
)  # fmt: skip
