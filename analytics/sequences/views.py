"""The page of sequence selling: the rules, the trial, and the rules as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import queries
from analytics.models import ModelRun, NextScore
from analytics.sequences.page import SequencePage
from analytics.views import AnalysisView, StartsSteps, TakesFigures, day_of
from crm.access import can
from crm.choices import Verb
from crm.onward import links_from

COLUMNS = (
    "before", "last", "item", "customers", "count", "occasions", "share", "lift", "low", "high", "median_days", "seen",
    "chance", "back",
)  # fmt: skip


class SequenceView(AnalysisView):
    """For who may see the scores of all customers: what follows what is counted over all of them."""

    scores = NextScore

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
                {**line, "onward": [(one, one.url_for(line["tree"], f"Next: {line['item']}"[:80])) for one in onward]}
                for line in lines
            ],
            "may_run": can(user, Verb.RUN, ModelRun),
            "may_export": can(user, Verb.EXPORT, NextScore),
            **self.run_state("sequence", self.page.run if self.page else None),
        }
        return render(request, "analytics/sequences/page.html", context)

    @cached_property
    def page(self) -> SequencePage | None:
        run = queries.last_run("sequence")
        return SequencePage(run) if run else None


class SequenceRunView(StartsSteps, SequenceView):
    """Asks for the order of buying as of today; the page follows the job."""

    steps = ("sequence",)
    url_name = "analytics:sequence_detail"


class SequenceExportView(TakesFigures, SequenceView):
    """The rules as CSV; its head alone where there are none."""

    exported = NextScore

    def file(self) -> HttpResponse:
        day = day_of(self.page.run if self.page else None)
        return self.file_of(rule_rows(self.page), f"sequence-{day}", kind=NextScore, what="the order of buying")


def rule_rows(page: SequencePage | None) -> Iterator[Sequence[Any]]:
    """A row for each rule that is kept, the strongest first."""
    yield COLUMNS
    for rule in page.kept if page else ():
        yield [rule[name] for name in COLUMNS]
