"""The page of the sales forecast, and "Forecast now"."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import forecast_page as page
from analytics import forecast_past as past
from analytics import jobs
from analytics.forecast_cells import Row
from analytics.forecast_figures import six_figures
from analytics.forms import ForecastRunForm
from analytics.models import ModelRun
from analytics.queries import failure_after, last_run
from analytics.views import StartsRun
from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.field_rights import hides
from crm.models import JobRun
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from pipeline.credit import GROUPINGS
from pipeline.models import Deal, Target


class ForecastView(ScopedView):
    """`?length=` month or quarter, `?from=` its first day (the running one), `?by=` one of `forecast_page.BY`."""

    request: SignedInRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, Deal) or hides(user, "pipeline.deal.amount", "pipeline.deal.owner"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ForecastRunForm(initial={"as_of": company_today()})
        return self.show(form, is_open="run" in request.GET)

    @cached_property
    def run(self) -> ModelRun | None:
        return last_run("forecast")

    @property
    def by(self) -> str:
        asked = self.request.GET.get("by", "")
        return asked if asked in page.BY else "rep"

    @cached_property
    def span(self) -> page.Span:
        asked = self.request.GET
        try:
            return page.span_asked(asked.get("from", ""), asked.get("length", ""), page.anchor(self.run))
        except (ValueError, OverflowError) as error:
            raise Http404("No month or quarter begins on that day.") from error

    def show(self, form: ForecastRunForm, *, is_open: bool, status: int = 200) -> HttpResponse:
        user, run, span = self.request.user, self.run, self.span
        found = page.ForecastPage(user, span, run, self.by)
        total, job = found.total, jobs.newest_job(user, run, "forecast")
        context = {
            "span": span,
            "before": span.moved(-1),
            "after": span.moved(1),
            "by": self.by,
            "kinds": self._kinds(),
            "groupings": [(name, GROUPINGS[name].label) for name in page.BY],
            "grouping": GROUPINGS[self.by],
            "run": run,
            "is_as_of_earlier": span.today != company_today(),
            "total": total,
            "figures": six_figures(total, span, run, self.request.company.currency),
            "rows": [(row, found.list_url(row)) for row in found.groups],
            "month_rows": found.month_rows,
            "undated": found.undated,
            "months_data": found.chart({"won": "Won", "target": "Target", **past.ALL}),
            "sees_all": found.sees_all,
            "may_change_targets": can(user, Verb.CHANGE, Target),
            "may_move": can(user, Verb.CHANGE, Deal),
            "may_run": can(user, Verb.RUN, ModelRun),
            "form": form if can(user, Verb.RUN, ModelRun) else None,
            "is_form_open": is_open,
            "failure": failure_after(run, "forecast"),
            "is_under_way": job["job"] is not None and not job["job"].is_finished,
            **job,
            **self._past(total, found.sees_all),
        }
        return render(self.request, "analytics/forecast.html", context, status=status)

    def _past(self, total: Row, sees_all: bool) -> dict[str, Any]:
        """Methods and their errors for everybody; amounts of the whole house for who may see every deal."""
        run, span = self.run, self.span
        if run is None:
            return {}
        is_over = span.period.next.start <= span.today
        thoughts = past.thoughts_of(span) if sees_all else []
        errors = past.over_time(run)
        return {
            "cutoff": dt.date.fromisoformat(run.metrics["cutoff"]),
            "recommendation": past.recommendation(run),
            "methods": past.methods(run),
            "tests": past.tests_of(run),
            "method_names": list(past.METHODS.values()),
            "all_names": list(past.ALL.values()),
            "thoughts": thoughts,
            "came": total.won if is_over else None,
            "thoughts_data": past.thoughts_chart(thoughts, total.won if is_over else None),
            "errors": errors,
            "errors_data": past.over_time_chart(errors),
            "single_deals": past.single_deals(run),
            "weighted_is": past.weighted_is(run),
        }

    def _kinds(self) -> list[dict[str, Any]]:
        return [
            {"label": label, "url": f"?length={kind}&by={self.by}", "active": kind == self.span.period.kind}
            for kind, label in page.KINDS.items()
        ]


class ForecastRunView(StartsRun, ForecastView):
    """Ask for a new forecast; the page shows the job until it is done."""

    form_class = ForecastRunForm
    url_name = "analytics:forecast_detail"

    def start(self, **asked: Any) -> JobRun:
        return jobs.start_forecast(**asked)
