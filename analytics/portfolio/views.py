"""The page of the portfolio: how many stand on each rung, with one press to them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from analytics import jobs
from analytics.models import LadderScore, ModelRun
from analytics.portfolio.queries import rung_rows
from analytics.queries import last_run
from analytics.views import AnalysisView
from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.once import MadeAlready, once

STEPS = ["ladder"]


class PortfolioView(AnalysisView):
    """The ladder of loyalty, of the contacts that the person sees."""

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
            **self.run_state("ladder", run),
        }
        return render(request, "analytics/portfolio/page.html", context)


class PortfolioRunView(AnalysisView):
    """Asks for it to be reckoned now; the page follows the job."""

    http_method_names = ["post"]
    verb = Verb.RUN

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.RUN, ModelRun):
            raise PermissionDenied

        def make() -> str:
            jobs.start_analysis(actor=user, as_of=company_today(), only=STEPS)
            return reverse("analytics:portfolio_detail")

        try:
            return redirect(once(user=user, data=request.POST, make=make))
        except MadeAlready as again:
            return redirect(again.url)
