"""The figures of service."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.field_rights import hidden_specs
from crm.requests import SignedInRequest
from crm.templatetags.figures import money
from crm.views.base import ScopedView
from service.choices import DueFor
from service.figures import Evening, Line, ServiceFigures, service_figures
from service.marks import DIMENSIONS, mark_url
from service.models import Ticket, TouchCost
from service.views.process import hours_in_words

PERIODS = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year"))
MOST_POINTS = 60
LINKED = ("opened", "solved", "first_contact", "reopened", "answered")


class FiguresView(ScopedView):
    """`?days=` of the tickets that were opened in them, grouped `?by=`."""

    model = Ticket
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user, asked = self.request.user, request.GET.get("days", "")
        days = int(asked) if asked in {str(days) for days, _ in PERIODS} else 90
        hidden = hidden_specs(user, "service.ticket")
        shown = {name: label for name, label in DIMENSIONS.items() if name not in hidden}
        by = request.GET.get("by", "")
        by = by if by in shown else "queue"
        since = company_today() - dt.timedelta(days=days)
        found = service_figures(user, since=since, by=by)
        sees_costs = can(user, Verb.VIEW, TouchCost) and TouchCost.objects.exists()
        context = {
            "found": found,
            "figures": _cards(found, since, self.request.company.currency if sees_costs else ""),
            "promises": [(DueFor(one.kind).label, one) for one in found.promises],
            "periods": [(number, label, f"?{urlencode({'days': number, 'by': by})}") for number, label in PERIODS],
            "days": days,
            "lines": [(line, _urls(line, since, by)) for line in found.lines],
            "dimension": shown[by],
            "tabs": [
                {"label": label, "url": f"?{urlencode({'days': days, 'by': name})}", "active": name == by}
                for name, label in shown.items()
            ],
            "evenings": found.evenings[::-1],
            "flow": _chart(found.evenings),
            "sees_costs": sees_costs,
        }
        return render(request, "service/figures.html", context)


def _urls(line: Line, since: dt.date, by: str = "") -> dict[str, str]:
    """The tickets behind each figure of a line."""
    return {figure: mark_url(figure, since, by, line.key) for figure in LINKED}


def _chart(evenings: Any) -> dict[str, Any]:
    """Unsolved at the end of each day, at most some sixty of them, each leading to its tickets; and what was opened and
    solved since the day before that is shown."""
    step = max(1, -(-len(evenings) // MOST_POINTS))
    parts: list[list[Evening]] = [list(evenings[max(0, end - step) : end]) for end in range(len(evenings), 0, -step)][
        ::-1
    ]
    sums = {
        "Unsolved": [(part[-1].unsolved, mark_url("backlog", part[-1].day)) for part in parts],
        "Opened": [(sum(one.opened for one in part), "") for part in parts],
        "Solved": [(sum(one.solved for one in part), "") for part in parts],
    }
    return {
        "unit": "tickets",
        "periods": [f"{part[-1].day:%d %b}" for part in parts],
        "series": [
            {"name": name, "points": [{"value": value, "url": url} for value, url in points]}
            for name, points in sums.items()
        ],
    }


def _cards(found: ServiceFigures, since: dt.date, currency: str) -> list[dict[str, Any]]:
    whole = found.whole
    if whole is None:
        return []
    half, most = hours_in_words(whole.reply_half), hours_in_words(whole.reply_most)
    solved, slowest = hours_in_words(whole.solve_half), hours_in_words(whole.solve_most)
    urls, backlog = _urls(whole, since), sum(count for _, count in found.backlog)
    cards = [
        {
            "label": "Opened", "value": f"{whole.opened:,}", "note": f"{whole.solved:,} of them solved",
            "url": urls["opened"],
        },
        {
            "label": "Unsolved now", "value": f"{backlog:,}", "note": "whenever opened",
            "url": f"{reverse('service:ticket_list')}?at_hand=unsolved",
        },
        {"label": "First reply", "value": half, "note": f"half of them; nine of ten {most}", "url": urls["answered"]},
        {"label": "Solution", "value": solved, "note": f"half of them; nine of ten {slowest}", "url": urls["solved"]},
        {
            "label": "Solved at first contact", "value": _share(whole.first_contact),
            "note": "one reply, never reopened", "url": urls["first_contact"],
        },
        {
            "label": "Opened again", "value": _share(whole.reopened), "note": "of the solved ones",
            "url": urls["reopened"],
        },
    ]  # fmt: skip
    if currency:
        in_all = money((whole.cost or Decimal()) * whole.opened, currency)
        cost = {"label": "Cost of a ticket", "value": money(whole.cost, currency), "note": f"{in_all} in all"}
        cards.append(cost)
    return cards


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
