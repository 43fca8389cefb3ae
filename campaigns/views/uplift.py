"""The page of uplift: whom a campaign moves, whether that can be told, and the run that learns it."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from analytics import jobs
from analytics.models import ModelRun
from analytics.views import AnalysisView, StartsRun, TakesFigures
from campaigns.models import UpliftScore
from campaigns.reasons import may_see_outcomes
from campaigns.uplift_forms import UpliftRunForm, sources
from campaigns.uplift_page import HEADS, PARTS, UpliftPage, newer_sentences
from campaigns.uplift_runs import STEP, holding_run, last_good_run
from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.models import JobRun


class UpliftView(AnalysisView):
    """The last run that learned anything, and the form of a new one for who may run it. Who does not see all customers,
    or not what came of campaigns, gets those moved most alone."""

    scores = UpliftScore

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.page.found if self.page else {}
        parts = [str(found[name]) for name in ("campaign_id", "variant_id") if found.get(name)]
        asked = {
            "as_of": company_today(),
            "source": request.GET.get("source") or ":".join(parts),
            "outcome": found.get("outcome"),
        }
        return self.show(UpliftRunForm(initial=asked), is_open="run" in request.GET)

    def show(self, form: UpliftRunForm, *, is_open: bool, status: int = 200) -> HttpResponse:
        run, sees_outcomes = self.page.run if self.page else None, may_see_outcomes(self.request.user)
        context = {
            "page": self.page,
            "sees_outcomes": sees_outcomes,
            "form": form if can(self.request.user, Verb.RUN, ModelRun) else None,
            "is_form_open": is_open or self.page is None,
            "later": newer_sentences(run) if sees_outcomes else [],
            **self.files(),
            **self.run_state(STEP, run),
        }
        return render(self.request, "campaigns/uplift.html", context, status=status)

    def files(self) -> dict[str, str]:
        """The addresses of the page's tables as files, for who may see and take them away."""
        if not can(self.request.user, Verb.EXPORT, UpliftScore) or not may_see_outcomes(self.request.user):
            return {}
        return {f"{part}_csv": f"{reverse('campaigns:uplift_export')}?part={part}" for part in PARTS}

    @cached_property
    def page(self) -> UpliftPage | None:
        run = last_good_run()
        return UpliftPage(run, holding_run(), self.request.user) if run else None


class UpliftRunView(StartsRun, UpliftView):
    """Ask for new uplifts; the page shows how far they are."""

    form_class = UpliftRunForm
    url_name = "campaigns:uplift"

    def start(self, **asked: Any) -> JobRun:
        campaign, variant = {key: names for key, _, names in sources()}[asked["source"]]
        parameters = {"campaign": campaign, "variant": variant, "outcome": asked["outcome"]}
        return jobs.start_analysis(
            actor=asked["actor"], as_of=asked["as_of"], only=[STEP], parameters={STEP: parameters}
        )


class UpliftExportView(TakesFigures):
    """The figures of the page as CSV: `part` is curve, fifths or groups; before the first run only the heads."""

    scores = exported = UpliftScore

    def parts(self) -> Collection[str]:
        return PARTS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_see_outcomes(self.request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def file(self) -> HttpResponse:
        part, run = self.part, last_good_run()
        day = run.as_of if run else company_today()
        rows = UpliftPage(run, holding_run(), self.request.user).rows_of(part) if run else iter([HEADS[part]])
        what = f"the {part} of the uplift page"
        return self.file_of(rows, f"uplift-{part}-{day.isoformat()}", kind=UpliftScore, what=what)
