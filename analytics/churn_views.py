"""The page of churn: how likely customers are to leave, how good that is, who is at risk, and what is not known."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analytics import actions, jobs
from analytics.churn_page import ChurnPage, last_good_run, newer_sentences, tables
from analytics.forms import ChurnRunForm
from analytics.models import AllowedFeature, ChurnScore, ModelRun
from analytics.views import AnalysisView, StartsRun, TakesFigures, day_of
from crm.access import can, scope_of
from crm.choices import Scope, Verb
from crm.company import company_today, current_company
from crm.languages.telling import spoken_after
from crm.models import JobRun

PARTS = ("calibration", "lift", "drivers", "drift")


class ChurnView(AnalysisView):
    """The last run that scored anybody, and the form of a new one for who may run it."""

    scores = ChurnScore

    def get(self, request: HttpRequest) -> HttpResponse:
        run = self.page.run if self.page else None
        given = run.parameters if run else {}
        initial = {
            "as_of": company_today(),
            **{name: given[name] for name in ("horizon_days", "label") if name in given},
        }
        return self.show(ChurnRunForm(initial=initial), is_open="run" in request.GET)

    def show(self, form: ChurnRunForm, *, is_open: bool, status: int = 200) -> HttpResponse:
        may_run = can(self.request.user, Verb.RUN, ModelRun)
        context = {
            "page": self.page,
            "form": form if may_run else None,
            "is_form_open": is_open or self.page is None,
            "later": newer_sentences(self.page.run if self.page else None),
            "may_allow": can(self.request.user, Verb.CHANGE, AllowedFeature),
            "may_export": can(self.request.user, Verb.EXPORT, ChurnScore),
            "is_narrowed": scope_of(self.request.user, ChurnScore, Verb.VIEW) != Scope.ALL,
            **self.run_state("churn", self.page.run if self.page else None),
        }
        return render(self.request, "analytics/churn.html", context, status=status)

    @cached_property
    def page(self) -> ChurnPage | None:
        run = last_good_run()
        return ChurnPage(run, self.request.user, current_company().currency) if run else None


class ChurnRunView(StartsRun, ChurnView):
    """Ask for new probabilities; the page shows how far they are."""

    form_class = ChurnRunForm
    url_name = "analytics:churn_detail"

    def start(self, **asked: Any) -> JobRun:
        return jobs.start_churn(**asked)


class FeatureAllowView(ChurnView):
    """Administrators let churn be learnt from a feature that nearly gives the answer away; the next run uses it."""

    http_method_names = ["post"]
    done = "The next run learns from “{label}” too."

    def post(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.CHANGE, AllowedFeature):
            raise PermissionDenied
        found = self.page.labels if self.page else {}
        name = request.POST.get("feature", "")
        if name not in found:
            messages.error(request, "There is no such feature in the last run.")
        else:
            self.act(name, found[name])
            messages.success(request, spoken_after(request, self.done, label=found[name]))
        return redirect("analytics:churn_detail")

    def act(self, name: str, label: str) -> None:
        actions.allow_feature(actor=self.request.user, name=name, label=label)


class FeatureRefuseView(FeatureAllowView):
    """Takes such a permission back."""

    done = "The next run leaves “{label}” out again."

    def act(self, name: str, label: str) -> None:
        actions.refuse_feature(actor=self.request.user, name=name, label=label)


class ChurnExportView(TakesFigures, ChurnView):
    """A table of the page as CSV (`part`: calibration, lift, drivers, drift); its head alone before the first run."""

    exported = ChurnScore

    def parts(self) -> Collection[str]:
        return PARTS

    def file(self) -> HttpResponse:
        part, as_of = self.part, day_of(self.page.run if self.page else None)
        what = f"the {part} of the churn page"
        return self.file_of(tables(self.page, part), f"churn-{part}-{as_of}", kind=ChurnScore, what=what)
