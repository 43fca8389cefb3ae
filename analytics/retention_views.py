"""The pages of retention: rates, cohorts, contracts, and what keeping more customers is worth."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from analytics import jobs, queries
from analytics.behind import DIMENSIONS
from analytics.cohort_page import CohortPage
from analytics.contract_page import ContractPage
from analytics.forms import WorthForm
from analytics.models import CohortCount, ModelRun, RetentionRate, RfmScore
from analytics.periods import PeriodKind
from analytics.retention_page import RATES, RetentionPage
from analytics.views import AnalysisView, TakesFigures, day_of
from analytics.worth_page import WorthPage
from crm.access import can, scope_of
from crm.choices import Scope, Verb
from crm.company import current_company

TABS = (
    ("Rates", "analytics:retention_detail"),
    ("Cohorts", "analytics:cohort_list"),
    ("Contracts", "analytics:contract_detail"),
    ("What it is worth", "analytics:worth_detail"),
)


class WholeBaseView(AnalysisView):
    """A page of figures over all customers: for who may see all of them."""

    step = "retention"
    url_name = ""
    tabs: Sequence[tuple[str, str]] = TABS
    period_choices: Sequence[tuple[str, Any]] = PeriodKind.choices
    has_parts = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if scope_of(self.request.user, RfmScore, Verb.VIEW) != Scope.ALL:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def run(self) -> ModelRun | None:
        return queries.last_run(self.step)

    @property
    def kind(self) -> str:
        """The kind of period that is asked for; a month unless another one is."""
        asked = self.request.GET.get("period", "")
        return asked if asked in PeriodKind.values else str(PeriodKind.MONTH)

    @property
    def dimension(self) -> str:
        asked = self.request.GET.get("by", "")
        return asked if asked in DIMENSIONS else ""

    def shown_tabs(self) -> Sequence[tuple[str, str]]:
        """The pages of the group that the person may open."""
        return self.tabs

    def rates(self, kind: str, *dimensions: str) -> list[RetentionRate]:
        return list(RetentionRate.objects.filter(period=kind, dimension__in=dimensions).order_by("start"))

    def shared_context(self) -> dict[str, Any]:
        """What every page of a group shows around its figures."""
        return {
            "run": self.run,
            "failure": queries.failure_after(self.run, self.step),
            "tabs": [
                {"label": label, "url": reverse(name), "active": name == self.url_name, "count": None}
                for label, name in self.shown_tabs()
            ],
            "kinds": self.choices("period", self.period_choices, self.kind),
            "kind": self.kind,
            "may_run": can(self.request.user, Verb.RUN, ModelRun),
            "csv": self.csv_urls if can(self.request.user, Verb.EXPORT, RfmScore) else {},
            **jobs.running_job(self.request.user),
        }

    @property
    def csv_urls(self) -> dict[str, str]:
        """Where each table can be had as a file."""
        address = reverse("analytics:retention_export")
        urls = {part: f"{address}?part={part}&period={self.kind}" for part in PARTS}
        wish = {name: self.request.GET[name] for name in WorthForm.usual() if name in self.request.GET}
        worth = f"{urls['worth']}&{urlencode(wish)}" if wish else urls["worth"]
        return {**urls, "groups": f"{urls['rates']}&by={self.dimension}", "worth": worth}

    def choices(self, name: str, pairs: Sequence[tuple[str, Any]], chosen: str) -> list[dict[str, Any]]:
        """Chips that change one parameter of the address and keep the others."""
        found = []
        for value, label in pairs:
            query = self.request.GET.copy()
            query[name] = value
            found.append({"label": label, "url": f"?{query.urlencode()}", "active": value == chosen})
        return found

    def show(self, template: str, **context: Any) -> HttpResponse:
        return render(self.request, template, {**self.shared_context(), **context})


class RetentionView(WholeBaseView):
    """Raw, sales-adjusted, profit-adjusted and net revenue retention, over time and by dimension."""

    url_name = "analytics:retention_detail"

    def get(self, request: HttpRequest) -> HttpResponse:
        pairs = [("", "In total"), *DIMENSIONS.items()]
        if self.kind == PeriodKind.WEEK:  # scores are kept by month, so no week begins with a segment
            pairs = [pair for pair in pairs if pair[0] != "segment"]
        return self.show(
            "analytics/retention.html",
            page=self.page,
            dimensions=self.choices("by", pairs, self.dimension),
            dimension_label=DIMENSIONS.get(self.dimension, ""),
        )

    @cached_property
    def page(self) -> RetentionPage | None:
        if self.run is None:
            return None
        rates = self.rates(self.kind, "", self.dimension)
        return RetentionPage(self.run, rates, self.kind, self.dimension, current_company().currency)


class CohortView(WholeBaseView):
    """The triangle of cohorts."""

    step = "cohorts"
    url_name = "analytics:cohort_list"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show("analytics/cohorts.html", page=self.page)

    @cached_property
    def page(self) -> CohortPage | None:
        if self.run is None:
            return None
        return CohortPage(self.run, list(CohortCount.objects.filter(period=self.kind)), self.kind)


class ContractView(WholeBaseView):
    """How long subscriptions last."""

    url_name = "analytics:contract_detail"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show("analytics/contracts.html", page=self.page)

    @cached_property
    def page(self) -> ContractPage | None:
        return ContractPage(self.run) if self.run else None


class WorthView(WholeBaseView):
    """What keeping p % more customers is worth, on own figures; asked by GET, nothing is stored."""

    url_name = "analytics:worth_detail"

    def get(self, request: HttpRequest) -> HttpResponse:
        form, page = worth_form(self.request), worth_page(self)
        wish = form.wish if form.is_valid() else None
        return self.show(
            "analytics/worth.html", page=page, form=form, answer=page.answer(wish) if page and wish else None
        )


def worth_form(request: HttpRequest) -> WorthForm:
    """What is asked of the worth; the usual unless something was typed."""
    return WorthForm(request.GET if "percent" in request.GET else WorthForm.usual())


def worth_page(view: WholeBaseView) -> WorthPage | None:
    if view.run is None:
        return None
    return WorthPage(view.run, view.rates(view.kind, ""), view.kind, current_company().currency)


class RetentionExportView(TakesFigures, RetentionView):
    """The figures of these pages as CSV: `part` is one of PARTS; `by` divides the rates."""

    exported = RfmScore

    def parts(self) -> Collection[str]:
        return PARTS

    def file(self) -> HttpResponse:
        part = self.part
        name = f"retention-{part}-{self.kind}-{day_of(self.run)}"
        return self.file_of(PARTS[part](self), name, kind=RetentionRate, what=f"the {part} of the retention pages")


def _rate_rows(view: RetentionExportView) -> Iterator[Sequence[Any]]:
    """Every stored rate of the kind of period, in total or by the dimension that is asked for."""
    money = ["sales", "sales_kept", "sales_now"]
    yield ["start", "end", "partial", "dimension", "value", "active_at_start", "retained", *RATES, "churn", *money]
    for rate in view.rates(view.kind, view.dimension):
        figures = [getattr(rate, name) for name in (*RATES, "churn", *money)]
        head = [rate.start, rate.end, rate.is_partial, rate.dimension, rate.value, rate.active_at_start, rate.retained]
        yield [*head, *figures]


def _cohort_rows(view: RetentionExportView) -> Iterator[Sequence[Any]]:
    yield ["cohort", "age", "customers", "share"]
    size = 0
    for cohort, age, customers in CohortCount.objects.filter(period=view.kind).values_list(
        "cohort", "age", "customers"
    ):
        size = customers if age == 0 else size
        yield [cohort, age, customers, customers / size if size else None]


def _worth_rows(view: RetentionExportView) -> Iterator[Sequence[Any]]:
    """The table of the page "what it is worth", for what was typed there."""
    yield ["percent_more", "customers_more", "careful", "hopeful"]
    form = worth_form(view.request)
    page = worth_page(view)
    answer = page.answer(form.wish) if page and form.is_valid() else None
    for line in answer["lines"] if answer else ():
        yield [line.percent, line.hopeful.more, line.careful.profit, line.hopeful.profit]


def _ended_rows(view: RetentionExportView) -> Iterator[Sequence[Any]]:
    yield ["month", "running_at_start", "ended"]
    yield from view.run.metrics.get("contracts", ()) if view.run else ()


def _contract_rows(view: RetentionExportView) -> Iterator[Sequence[Any]]:
    yield ["plan", "months", "at_risk", "ended", "share_lasting_longer", "low", "high"]
    for curve in view.run.metrics.get("survival", ()) if view.run else ():
        yield from ([curve["plan"] or "all", *point] for point in curve["points"])


PARTS = {
    "rates": _rate_rows,
    "cohorts": _cohort_rows,
    "contracts": _contract_rows,
    "ended": _ended_rows,
    "worth": _worth_rows,
}
