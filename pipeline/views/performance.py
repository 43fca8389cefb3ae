"""The page of sales performance."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.access import can
from crm.choices import Verb
from crm.field_rights import hides
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from pipeline.credit import GROUPINGS
from pipeline.models import Deal
from pipeline.performance import (
    by_stage,
    deals_behind,
    figures_by,
    open_total,
    reps_without_deals,
    total_figures,
    without_customer,
    won_by,
)

MOST_MONTHS = 24


class PerformanceView(ScopedView):
    """`?by=` one of the groupings, `?since=` and `?until=` days (YYYY-MM-DD); without them all time."""

    model = Deal
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, Deal) or hides(user, "pipeline.deal.amount", "pipeline.deal.owner"):
            raise PermissionDenied
        by = request.GET.get("by", "rep")
        by = by if by in GROUPINGS else "rep"
        since, wrong_since = _day(request.GET.get("since", ""))
        until, wrong_until = _day(request.GET.get("until", ""))
        problems = [sentence for sentence in (wrong_since, wrong_until) if sentence]
        rows = figures_by(user, by, since, until)
        stages = by_stage(user)
        context = {
            "by": by,
            "groupings": [(name, one.label) for name, one in GROUPINGS.items()],
            "grouping": GROUPINGS[by],
            "since": since,
            "until": until,
            "problems": problems,
            "total": total_figures(user, since, until),
            "rows": [(row, deals_behind(by, row, since, until)) for row in rows],
            "quarters": [row | {"name": _quarter(row["start"])} for row in reversed(won_by(user, "quarter"))],
            "months": won_by(user, "month")[::-1][:MOST_MONTHS],
            "stages": stages,
            "open_total": open_total(stages),
            "without_customer": without_customer(user),
            "idle": reps_without_deals(user),
        }
        return render(request, "pipeline/performance.html", context, status=400 if problems else 200)


def _quarter(start: dt.date) -> str:
    return f"Q{(start.month + 2) // 3} {start.year}"


def _day(text: str) -> tuple[dt.date | None, str]:
    """The day, and a sentence where the text is none."""
    if not text:
        return None, ""
    try:
        return dt.date.fromisoformat(text), ""
    except ValueError:
        return None, f"“{text[:40]}” is not a day; write it like 2026-06-30."
