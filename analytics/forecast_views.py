"""The page of the sales forecast."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import forecast_page as page
from analytics.models import ModelRun
from analytics.queries import last_run
from crm.access import can
from crm.choices import Verb
from crm.field_rights import hides
from crm.requests import SignedInRequest
from crm.templatetags.figures import number, percent, short_money
from crm.views.base import ScopedView
from pipeline.models import Deal
from pipeline.performance import GROUPINGS


class ForecastView(ScopedView):
    """`?quarter=` is its first day (the running one), `?by=` rep, office, pipeline or product."""

    model = Deal
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, Deal) or hides(user, "pipeline.deal.amount", "pipeline.deal.owner"):
            raise PermissionDenied
        try:
            quarter = page.quarter_asked(request.GET.get("quarter", ""))
        except ValueError as error:
            raise Http404("No quarter begins on that day.") from error
        by = request.GET.get("by", "rep")
        by = by if by in page.BY else "rep"
        run = last_run("forecast")
        total = page.total_row(user, quarter, run)
        rows = page.group_rows(user, quarter, run, by)
        context = {
            "quarter": quarter,
            "before": quarter.period.moved(-1).start.isoformat(),
            "after": quarter.period.next.start.isoformat(),
            "by": by,
            "groupings": [(name, GROUPINGS[name].label) for name in page.BY],
            "grouping": GROUPINGS[by],
            "run": run,
            "cutoff": dt.date.fromisoformat(run.metrics["cutoff"]) if run else None,
            "total": total,
            "figures": self._figures(total, quarter, run),
            "rows": [(row, page.list_url(by, row)) for row in rows],
            "methods": _methods(run) if run else [],
            "tests": page.tests_of(run) if run else [],
            "method_names": list(page.METHODS.values()),
            "snapshots": page.snapshots_of(),
            "may_run": can(user, Verb.RUN, ModelRun),
        }
        return render(request, "analytics/forecast.html", context)

    def _figures(self, total: page.Row, quarter: page.Quarter, run: ModelRun | None) -> list[dict[str, Any]]:
        """At most six figures, each with what explains it."""
        currency, count_amount = self.request.company.currency, page.slipped(self.request.user)

        def shown(value: float | None) -> str:
            return "–" if value is None else short_money(value, currency)

        pace = total.won / quarter.share_over if quarter.share_over else None
        target = f"target {shown(total.target)}, {percent(total.attainment)} reached" if total.target else "no target"
        error = run.metrics["methods"]["learned"]["backtest_error"] if run else None
        return [
            {"label": "Won this quarter", "value": shown(total.won), "note": target},
            {"label": "Learned forecast", "value": shown(total.learned),
             "note": f"back-test error {percent(error)}" if error is not None else "not tried yet"},
            {"label": "At this pace", "value": shown(pace),
             "note": f"{percent(quarter.share_over)} of the quarter is over"},
            {"label": "Commit", "value": shown(total.won + total.commit),
             "note": f"best case {shown(total.won + total.best_case)}"},
            {"label": "Slipped", "value": number(count_amount[0]), "note": shown(count_amount[1]),
             "url": page.slipped_url()},
            {"label": "Coverage", "value": "–" if total.coverage is None else f"{total.coverage:.1f} ×",
             "note": "weighted open ÷ missing to the target"},
        ]  # fmt: skip


def _methods(run: ModelRun) -> list[dict[str, Any]]:
    """Each method: its words, what it says of the three months ahead, how far off it was; the best one marked."""
    metrics = run.metrics
    found = [
        {
            "name": label,
            "words": page.WORDS[name],
            "amount": metrics["methods"][name]["next_quarter"],
            "error": metrics["methods"][name]["backtest_error"],
            "tests": len(metrics["methods"][name]["backtest"]),
            "is_best": metrics["recommended"] == name,
        }
        for name, label in page.METHODS.items()
    ]
    rep = metrics["rep"]
    found.append({"name": "Commit", "words": "What the reps commit to.", "amount": rep["commit"], "error": None})
    found.append({"name": "Best case", "words": "With what may come.", "amount": rep["best_case"], "error": None})
    return found
