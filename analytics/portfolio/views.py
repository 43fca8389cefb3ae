"""The page of the portfolio: strategies by value, and how many stand on each rung, with one press to them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics.models import ClvScore, LadderScore, ModelRun, RfmScore, StrategyRule, StrategyScore
from analytics.portfolio import matrix
from analytics.portfolio.queries import rung_rows
from analytics.queries import failure_after, last_run
from analytics.views import AnalysisView, StartsSteps
from crm.access import can
from crm.choices import Verb
from crm.company import current_company
from crm.field_rights import hidden_fields

STEPS = ["ladder", "strategies"]
VALUE_WORDS = {"clv": "the lifetime value of the coming months", "revenue": "net revenue up to that day"}


class PortfolioView(AnalysisView):
    """The strategies and the ladder of loyalty, of the contacts that the person sees."""

    scores = LadderScore

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        run = last_run("ladder")
        rungs = rung_rows(user, run) if run else []
        context = {
            "run": run,
            "rungs": rungs,
            "total": sum(row.count for row in rungs),
            "is_narrowed": not self.sees_all,
            "may_run": can(user, Verb.RUN, ModelRun),
            **self.strategies,
            **self.run_state("ladder", run),
        }
        return render(request, "analytics/portfolio/page.html", context)

    @property
    def strategies(self) -> dict[str, Any]:
        """The matrix and its rules; nothing before the first run, or where the strategy is hidden."""
        user, run = self.request.user, last_run("strategies")
        hidden = hidden_fields(user, StrategyScore)
        if run is None or "strategy" in hidden:
            return {}
        shows_value = not hidden and not hidden_fields(user, RfmScore) and not hidden_fields(user, ClvScore)
        rows = matrix.matrix(user, currency=current_company().currency, shows_value=shows_value)
        return {
            "strategies": rows,
            "columns": matrix.columns() if shows_value else [],
            "placed": sum(row.total.count for row in rows),
            "strategy_run": run,
            "strategy_failure": failure_after(run, "strategies"),
            "value_word": VALUE_WORDS.get(run.parameters.get("value", ""), "not known"),
            "rules": matrix.rule_rows(run),
            "may_edit": can(user, Verb.CHANGE, StrategyRule),
        }


class PortfolioRunView(StartsSteps):
    """Asks for it to be reckoned now; the page follows the job."""

    steps = STEPS
    url_name = "analytics:portfolio_detail"
