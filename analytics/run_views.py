"""The runs of the analysis, for who may start them: each step, its quality over time, what changed; starting one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import jobs
from analytics.forms import RunForm
from analytics.registry import STEPS
from analytics.run_page import StepRuns, runs_of, step_states
from analytics.views import AnalysisView, StartsRun
from crm.choices import Verb
from crm.company import company_today
from crm.models import JobRun
from crm.templatetags.figures import words


class RunListView(AnalysisView):
    """Every step with its last run; a form that starts one. Figures are of all customers: for who may see all."""

    verb = Verb.RUN

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(RunForm(initial={"as_of": company_today()}), is_open=True)

    def show(self, form: RunForm, *, is_open: bool, status: int = 200) -> HttpResponse:
        context = {
            "states": step_states(),
            "sees_all": self.sees_all,
            "form": form,
            **jobs.running_job(self.request.user),
        }
        return render(self.request, "analytics/run_list.html", context, status=status)


class RunStartView(StartsRun, RunListView):
    """Ask for a run; the page shows how far it is."""

    form_class = RunForm
    url_name = "analytics:run_list"

    def start(self, **asked: Any) -> JobRun:
        return jobs.start_analysis(**asked)


class RunStepView(AnalysisView):
    """One step, for who may see all customers: its runs, what changed from one to the next, one figure over time."""

    verb = Verb.RUN

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.sees_all:
            raise PermissionDenied
        step = request.GET.get("step", next(iter(STEPS)))
        if step not in STEPS:
            raise Http404("There is no such step.")
        page = StepRuns(STEPS[step], runs_of(STEPS[step]), request.GET.get("figure", ""))
        figures = [
            {"label": words(name), "url": f"?step={step}&figure={name}", "active": name == page.figure}
            for name in page.names
        ]
        return render(request, "analytics/run_step.html", {"page": page, "figures": figures})
