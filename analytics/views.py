"""The pages of the analysis: its runs, and recency, frequency and monetary value."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from analytics import jobs, queries
from analytics.exporting import RFM_COLUMNS, score_rows
from analytics.forms import RfmRunForm
from analytics.models import ModelRun, RfmScore, RfmSegment
from analytics.movement import read_movement, usage_rows
from analytics.overview import cards
from analytics.rfm_page import DIMENSIONS, MEASURES, RfmPage
from analytics.rights import sees_whole_base
from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.company import company_today, current_company
from crm.exporting.csv import csv_lines
from crm.field_rights import hidden_fields
from crm.log import log_export
from crm.models import JobRun
from crm.once import MadeAlready, once
from crm.requests import SignedInRequest
from crm.views.base import ScopedView

REFUSED = 422


class AnalysisView(ScopedView):
    """A page of the analysis: for who may see its runs, and from whom nothing of its `scores` is hidden."""

    model = ModelRun
    scores: type[models.Model] | None = None
    request: SignedInRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can(self.request.user, Verb.VIEW, ModelRun):
            raise PermissionDenied
        if self.scores and hidden_fields(self.request.user, self.scores):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def run_state(self, step: str, run: ModelRun | None) -> dict[str, Any]:
        """Beside the figures of `run`: why a later try failed, and the job that makes new ones, or that failed to."""
        found = jobs.newest_job(self.request.user, run, step)
        is_under_way = found["job"] is not None and not found["job"].is_finished
        return {"failure": queries.failure_after(run, step), "is_under_way": is_under_way, **found}

    @property
    def sees_all(self) -> bool:
        """Whether the person may see the scores of all customers, and so figures of the whole base."""
        return sees_whole_base(self.request.user)

    def file_of(self, rows: Iterable[Sequence[Any]], name: str, *, kind: type[models.Model], what: str) -> HttpResponse:
        """A table as a CSV file of this name; that it was taken away is logged."""
        response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
        log_export(actor=self.request.user, kind=kind, what=what)
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response  # type: ignore[return-value]

    def made_once(self, start: Callable[[], JobRun], url: Callable[[JobRun], str]) -> HttpResponse:
        """Start a job and go where it is followed. Raises `MadeAlready` for a form that was sent before."""
        return redirect(once(user=self.request.user, data=self.request.POST, make=lambda: url(start())))


class StartsRun(AnalysisView):
    """Asks for a run by a form: a job that the page then follows. Stands before the view whose `show` is the page."""

    http_method_names = ["post"]
    verb = Verb.RUN
    form_class: type[forms.Form]
    url_name = ""

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.refused(form)

        def start() -> JobRun:
            return self.start(actor=self.request.user, **form.cleaned_data)

        try:
            return self.made_once(start, lambda _: reverse(self.url_name))
        except MadeAlready as again:
            form.add_error(None, again)
            return self.refused(form)

    def refused(self, form: forms.Form) -> HttpResponse:
        """The page with the form as it was typed, and why it is refused."""
        page: HttpResponse = self.show(form, is_open=True, status=REFUSED)  # type: ignore[attr-defined]
        return page

    def start(self, **asked: Any) -> JobRun:
        raise NotImplementedError


class StartsSteps(AnalysisView):
    """Asks for the figures of today by one press: a job that the page then follows. Stands before the page's view."""

    http_method_names = ["post"]
    verb = Verb.RUN
    steps: Sequence[str] = ()
    url_name = ""

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.RUN, ModelRun):
            raise PermissionDenied

        def start() -> JobRun:
            return jobs.start_analysis(actor=user, as_of=company_today(), only=list(self.steps))

        try:
            return self.made_once(start, self.url_of)
        except MadeAlready as again:
            return redirect(again.url)

    def url_of(self, job: JobRun) -> str:
        return reverse(self.url_name)


class TakesFigures(AnalysisView):
    """The figures of a page as a CSV file, for who may export `exported`. Stands before the page's view. Of several
    tables `part` chooses one of `parts()`, the first unless asked."""

    exported: type[models.Model]

    def get(self, request: HttpRequest) -> HttpResponse:
        if not can(self.request.user, Verb.EXPORT, self.exported):
            raise PermissionDenied
        if self.parts() and self.part not in self.parts():
            raise Http404("There is no such table.")
        return self.file()

    def parts(self) -> Collection[str]:
        return ()

    @property
    def part(self) -> str:
        return self.request.GET.get("part", next(iter(self.parts()), ""))

    def file(self) -> HttpResponse:
        raise NotImplementedError


def day_of(run: ModelRun | None) -> str:
    """The day that figures stand for, in the name of their file."""
    return run.as_of.isoformat() if run else "none"


class OverviewView(AnalysisView):
    """What the analysis offers and what ran last."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {
            "runs": queries.recent_runs(self.request.user),
            "cards": cards(sees_all=self.sees_all),
            "sees_all": self.sees_all,
            "may_run": can(self.request.user, Verb.RUN, ModelRun),
            **jobs.running_job(self.request.user),
        }
        return render(request, "analytics/overview.html", context)


class RfmView(AnalysisView):
    """The map, the segments and the scores, of the customers that the person may see; and "Score now"."""

    scores = RfmScore

    def get(self, request: HttpRequest) -> HttpResponse:
        form = RfmRunForm(initial={"as_of": company_today(), **_typed(request)})
        return self.show(form, is_open="as_of" in request.GET or "score" in request.GET)

    def show(self, form: RfmRunForm, *, is_open: bool, status: int = 200) -> HttpResponse:
        may_run = can(self.request.user, Verb.RUN, ModelRun)
        context = {
            "page": self.page,
            "measure": self.measure,
            "measures": self.measures,
            "heat": self.page.heat_rows(self.measure) if self.page else [],
            "map_data": self.page.map_data(self.measure) if self.page else {},
            "form": form if may_run else None,
            "is_form_open": is_open or self.page is None,
            "last_day": queries.last_day_with_orders() if may_run else None,
            "may_edit_segments": can(self.request.user, Verb.CHANGE, RfmSegment),
            "may_export": can(self.request.user, Verb.EXPORT, RfmScore),
            "is_narrowed": not self.sees_all,
            **self.whole_base,
            **self.run_state("rfm", self.page.run if self.page else None),
        }
        return render(self.request, "analytics/rfm.html", context, status=status)

    @cached_property
    def page(self) -> RfmPage | None:
        return read_page(self.request)

    @property
    def whole_base(self) -> dict[str, Any]:
        """What is counted over all customers: for who may see them all."""
        if self.page is None or not self.sees_all:
            return {}
        movement = read_movement(self.request.GET.get("moved", ""), self.page.segments)
        return {"usage": usage_rows(self.page.run), "movement": movement}

    @property
    def measure(self) -> str:
        asked = self.request.GET.get("measure", "total")
        return asked if asked in MEASURES else "total"

    @property
    def measures(self) -> list[dict[str, Any]]:
        return [
            {"label": label, "url": f"?measure={name}", "active": name == self.measure}
            for name, label in MEASURES.items()
        ]


class RfmRunView(StartsRun, RfmView):
    """Ask for new scores; the page shows how far they are."""

    form_class = RfmRunForm
    url_name = "analytics:rfm_detail"

    def start(self, **asked: Any) -> JobRun:
        return jobs.start_rfm(**asked)


class RfmExportView(TakesFigures, RfmView):
    """`part` is segments, map, scores or customers (one row each)."""

    exported = RfmScore

    def parts(self) -> Collection[str]:
        return PARTS

    def file(self) -> HttpResponse:
        part, page = self.part, self.page
        if page is None:
            messages.info(self.request, "Nobody is scored yet, so there is nothing to export.")
            return redirect("analytics:rfm_detail")
        rows = _customer_rows(self.request.user) if part == "customers" else PARTS[part](page)
        name = f"rfm-{part}-{day_of(page.run)}"
        return self.file_of(rows, name, kind=RfmScore, what=f"the {part} of the RFM page")


def read_page(request: SignedInRequest) -> RfmPage | None:
    """The last run as this person may see it; None before the first."""
    run = queries.last_run("rfm")
    if run is None:
        return None
    return RfmPage(run, queries.cells_for(request.user, run), queries.segments(), current_company().currency)


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("as_of", "window_days") if name in request.GET}


def _map_rows(page: RfmPage) -> Iterator[Sequence[Any]]:
    yield ["r", "f", "customers", "net_revenue", "purchases"]
    for r in range(5, 0, -1):
        for f in range(1, 6):
            found = queries.tally(cell for cell in page.cells if (cell.r, cell.f) == (r, f))
            yield [r, f, found.customers, f"{found.revenue:.2f}", found.purchases]


def _segment_rows(page: RfmPage) -> Iterator[Sequence[Any]]:
    yield ["segment", "customers", "net_revenue", "purchases", "advice"]
    for row in page.segment_rows:
        yield [row.name, row.tally.customers, f"{row.tally.revenue:.2f}", row.tally.purchases, row.advice]


def _score_rows(page: RfmPage) -> Iterator[Sequence[Any]]:
    yield ["score", *(word for label in DIMENSIONS.values() for word in (label, f"{label} values"))]
    for row in page.score_rows:
        yield [row["score"], *(word for count in row["counts"] for word in (count.customers, count.meaning))]


def _customer_rows(user: Any) -> Iterator[Sequence[Any]]:
    columns = [name for name in RFM_COLUMNS if name not in hidden_fields(user, Contact)]
    yield columns
    yield from score_rows(user, columns, None)


PARTS: dict[str, Any] = {"segments": _segment_rows, "map": _map_rows, "scores": _score_rows, "customers": None}
