"""The page of the learned chance of leads: how good it is, what drives it, and who is most promising."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import jobs
from analytics.forms import LeadRunForm
from analytics.lead_page import LeadPage, last_good_run, newer_sentences
from analytics.models import AllowedFeature, LeadScore, ModelRun
from analytics.views import AnalysisView, StartsRun
from crm.access import can, scope_of
from crm.choices import Scope, Verb
from crm.company import company_today
from crm.models import JobRun


class LeadChanceView(AnalysisView):
    """The last run that scored anybody, and the form of a new one for who may run it."""

    scores = LeadScore

    def get(self, request: HttpRequest) -> HttpResponse:
        given = self.page.run.parameters if self.page else {}
        form = LeadRunForm(initial={"as_of": company_today(), "mature_days": given.get("mature_days", 90)})
        return self.show(form, is_open="run" in request.GET)

    def show(self, form: LeadRunForm, *, is_open: bool, status: int = 200) -> HttpResponse:
        may_run = can(self.request.user, Verb.RUN, ModelRun)
        context = {
            "page": self.page,
            "form": form if may_run else None,
            "is_form_open": is_open or self.page is None,
            "later": newer_sentences(self.page.run if self.page else None),
            "may_allow": can(self.request.user, Verb.CHANGE, AllowedFeature),
            "is_narrowed": scope_of(self.request.user, LeadScore, Verb.VIEW) != Scope.ALL,
            **self.run_state("leads", self.page.run if self.page else None),
        }
        return render(self.request, "analytics/leads.html", context, status=status)

    @cached_property
    def page(self) -> LeadPage | None:
        run = last_good_run()
        return LeadPage(run, self.request.user) if run else None


class LeadRunView(StartsRun, LeadChanceView):
    """Ask for new chances; the page shows how far they are."""

    form_class = LeadRunForm
    url_name = "analytics:lead_detail"

    def start(self, **asked: Any) -> JobRun:
        return jobs.start_leads(**asked)
