"""The figures of service."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from service.choices import DueFor
from service.figures import ServiceFigures, service_figures
from service.models import Ticket
from service.views.process import hours_in_words

PERIODS = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year"))


class FiguresView(ScopedView):
    """`?days=` of the tickets that were opened in them."""

    model = Ticket
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("days", "")
        days = int(asked) if asked in {str(days) for days, _ in PERIODS} else 90
        found = service_figures(self.request.user, since=timezone.now() - dt.timedelta(days=days))
        context = {
            "found": found,
            "figures": _cards(found),
            "promises": [(DueFor(one.kind).label, one) for one in found.promises],
            "periods": PERIODS,
            "days": days,
            "backlog": sum(count for _, count in found.backlog),
        }
        return render(request, "service/figures.html", context)


def _cards(found: ServiceFigures) -> list[dict[str, Any]]:
    whole = found.whole
    if whole is None:
        return []
    half, most = hours_in_words(whole.reply_half), hours_in_words(whole.reply_most)
    solved, slowest = hours_in_words(whole.solve_half), hours_in_words(whole.solve_most)
    return [
        {"label": "Opened", "value": f"{whole.opened:,}", "note": f"{whole.solved:,} of them solved"},
        {"label": "Unsolved now", "value": f"{sum(count for _, count in found.backlog):,}", "note": "whenever opened"},
        {"label": "First reply", "value": half, "note": f"half of them; nine of ten {most}"},
        {"label": "Solution", "value": solved, "note": f"half of them; nine of ten {slowest}"},
        {"label": "Solved at first contact", "value": _share(whole.first_contact), "note": "one reply, never reopened"},
        {"label": "Opened again", "value": _share(whole.reopened), "note": "of the solved ones"},
    ]


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
