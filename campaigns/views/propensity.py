"""The page of propensity: who is likely to respond to a campaign, and how good that figure is."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import jobs
from analytics.forms import AsOfForm
from analytics.models import ModelRun
from analytics.views import AnalysisView, StartsRun
from campaigns.models import ResponseScore
from campaigns.propensity_page import STEP, PropensityPage, last_good_run, newer_sentences
from campaigns.reasons import may_see_outcomes
from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.models import JobRun


class PropensityView(AnalysisView):
    """The last run that learned anything, and the form of a new one for who may run it. Who does not see all customers,
    or not what came of campaigns, gets the likeliest alone."""

    scores = ResponseScore

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(AsOfForm(initial={"as_of": company_today()}), is_open="run" in request.GET)

    def show(self, form: AsOfForm, *, is_open: bool, status: int = 200) -> HttpResponse:
        run, sees_outcomes = self.page.run if self.page else None, may_see_outcomes(self.request.user)
        context = {
            "page": self.page,
            "sees_outcomes": sees_outcomes,
            "form": form if can(self.request.user, Verb.RUN, ModelRun) else None,
            "is_form_open": is_open or self.page is None,
            "later": newer_sentences(run) if sees_outcomes else [],
            **self.run_state(STEP, run),
        }
        return render(self.request, "campaigns/propensity.html", context, status=status)

    @cached_property
    def page(self) -> PropensityPage | None:
        run = last_good_run()
        return PropensityPage(run, self.request.user) if run else None


class PropensityRunView(StartsRun, PropensityView):
    """Ask for new chances; the page shows how far they are."""

    form_class = AsOfForm
    url_name = "campaigns:propensity"

    def start(self, **asked: Any) -> JobRun:
        return jobs.start_analysis(actor=asked["actor"], as_of=asked["as_of"], only=[STEP])
