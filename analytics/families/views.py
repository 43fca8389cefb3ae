"""The page of the chances by family, and its families as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import queries
from analytics.families.page import FamilyPage
from analytics.models import FamilyScore, ModelRun
from analytics.views import AnalysisView, StartsSteps, TakesFigures, day_of
from crm.access import can
from crm.choices import Verb
from crm.onward import links_from

STEP = "families"
FIGURES = ("buyers", "rate", "predicted", "actual", "auc", "auc_low", "auc_high", "log_loss")
GAINS = ("over_rate", "over_own")
COLUMNS = (
    "family", "shown", "why", *FIGURES, *(f"{name}_{end}" for name in GAINS for end in ("mean", "low", "high")),
    "days_shown", "days_why", "days_buyers", "days_foretold", "days_actual",
)  # fmt: skip


class FamilyView(AnalysisView):
    """For who may see the scores of all customers: the chances are learned from all of them."""

    scores = FamilyScore

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.sees_all:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        onward = links_from("contacts.contact", user)
        lines = self.page.lines if self.page else []
        context = {
            "page": self.page,
            "has_onward": bool(onward),
            "lines": [
                {**line, "onward": [(one, one.url_for(line["tree"], f"Buys {line['family']}"[:80])) for one in onward]}
                for line in lines
            ],
            "may_run": can(user, Verb.RUN, ModelRun),
            "may_export": can(user, Verb.EXPORT, FamilyScore),
            **self.run_state(STEP, self.page.run if self.page else None),
        }
        return render(request, "analytics/families/page.html", context)

    @cached_property
    def page(self) -> FamilyPage | None:
        run = queries.last_run(STEP)
        return FamilyPage(run) if run else None


class FamilyRunView(StartsSteps, FamilyView):
    """Asks for the chances as of today; the page follows the job."""

    steps = (STEP,)
    url_name = "analytics:families_detail"


class FamilyExportView(TakesFigures, FamilyView):
    """The families with their figures as CSV; its head alone where there are none."""

    exported = FamilyScore

    def file(self) -> HttpResponse:
        day = day_of(self.page.run if self.page else None)
        return self.file_of(family_rows(self.page), f"families-{day}", kind=FamilyScore, what="the chances by family")


def family_rows(page: FamilyPage | None) -> Iterator[Sequence[Any]]:
    """A row for each family."""
    yield COLUMNS
    for line in page.lines if page else ():
        gains = [line.get(name, {}).get(end, "") for name in GAINS for end in ("mean", "low", "high")]
        wait = line["timing"]
        yield [
            line["family"], line["is_shown"], line["why"], *(line.get(name, "") for name in FIGURES), *gains,
            wait["is_shown"], wait["why"], wait["buyers"], wait.get("foretold", ""), wait.get("actual", ""),
        ]  # fmt: skip
