"""The page of customer lifetime value, its run, and its tables as files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics import jobs, queries
from analytics.clv_page import ClvPage
from analytics.clv_queries import read_clv_page
from analytics.exporting import CLV_COLUMNS, score_rows
from analytics.forms import ClvRunForm
from analytics.models import ClvScore, ModelRun
from analytics.steps.defaults import CLV_DISCOUNT, CLV_MONTHS
from analytics.views import AnalysisView, StartsRun, TakesFigures, day_of
from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.field_rights import hidden_fields
from crm.models import JobRun

FIELDS = ("as_of", "discount_rate", "margin", "months")


class ClvView(AnalysisView):
    """What the customers will bring, how well the models foretell it, and "Forecast now"."""

    scores = ClvScore

    def get(self, request: HttpRequest) -> HttpResponse:
        typed = {name: request.GET[name] for name in FIELDS if name in request.GET}
        initial = {"as_of": company_today(), "discount_rate": 100 * CLV_DISCOUNT, "months": CLV_MONTHS, **typed}
        return self.show(ClvRunForm(initial=initial), is_open="as_of" in request.GET or "forecast" in request.GET)

    def show(self, form: ClvRunForm, *, is_open: bool, status: int = 200) -> HttpResponse:
        user = self.request.user
        may_run = can(user, Verb.RUN, ModelRun)
        context = {
            "page": self.page,
            "form": form if may_run else None,
            "is_form_open": is_open or self.page is None,
            "last_day": queries.last_day_with_orders() if may_run else None,
            "may_export": can(user, Verb.EXPORT, ClvScore),
            **self.run_state("clv", self.page.run if self.page else None),
        }
        return render(self.request, "analytics/clv.html", context, status=status)

    @cached_property
    def page(self) -> ClvPage | None:
        return read_clv_page(self.request.user)


class ClvRunView(StartsRun, ClvView):
    """Ask for a new forecast; the page shows how far it is."""

    form_class = ClvRunForm
    url_name = "analytics:clv_detail"

    def start(self, **asked: Any) -> JobRun:
        return jobs.start_clv(**asked)


class ClvExportView(TakesFigures, ClvView):
    """The figures of the page as CSV: `part` is one of its tables, or customers (one row each)."""

    exported = ClvScore

    def parts(self) -> Collection[str]:
        return ("customers", *PARTS)

    def file(self) -> HttpResponse:
        part, page = self.part, self.page
        if page is None:  # nothing is forecast yet: the head of the table alone
            rows: Iterator[Sequence[Any]] = iter([_columns(self.request.user)])
        else:
            rows = _customer_rows(self.request.user, page) if part == "customers" else PARTS[part](page)
        name = f"clv-{part}-{day_of(page.run if page else None)}"
        return self.file_of(rows, name, kind=ClvScore, what=f"the {part} of the page of lifetime value")


def _columns(user: Any) -> list[str]:
    return [name for name in CLV_COLUMNS if name not in hidden_fields(user, Contact)]


def _customer_rows(user: Any, page: ClvPage) -> Iterator[Sequence[Any]]:
    columns = _columns(user)
    yield columns
    yield from score_rows(user, columns, page.run.as_of)


def _map_rows(page: ClvPage) -> Iterator[Sequence[Any]]:
    yield ["repeat_days", "days_quiet", "customers", "p_alive", "clv"]
    for row in page.heat_rows:
        yield from (
            [cell["x"], row["label"], cell["customers"], f"{cell['alive']:.4f}", f"{cell['clv']:.2f}"]
            for cell in row["cells"]
            if cell["level"] is not None
        )


def _bar_rows(page: ClvPage) -> Iterator[Sequence[Any]]:
    yield ["worth", "customers", "sum", "share"]
    for row in page.bar_rows:
        yield [row["label"], row["customers"], f"{row['clv']:.2f}", f"{row['share']:.4f}"]


def _week_rows(page: ClvPage) -> Iterator[Sequence[Any]]:
    """Every week, not only those that the page has room for."""
    nothing: dict[str, Any] = {"days": [], "actual": [], "expected": {}, "held_from": 0}
    weekly: dict[str, Any] = page.holdout["weekly"] if page.holdout else nothing
    names = list(weekly["expected"])
    yield ["week", "held_out", "actual", *names]
    for place, day in enumerate(weekly["days"]):
        expected = [weekly["expected"][name][place] for name in names]
        yield [-(-day // 7), int(place >= weekly["held_from"]), weekly["actual"][place], *expected]


def _class_rows(page: ClvPage) -> Iterator[Sequence[Any]]:
    names = [model["name"] for model in page.holdout["models"]] if page.holdout else []
    yield ["repeat_days", "customers", "actual", *names]
    for row in page.holdout["class_rows"] if page.holdout else ():
        yield [row["label"], row["customers"], row["actual"], row["expected"], *row["others"]]


def _model_rows(page: ClvPage) -> Iterator[Sequence[Any]]:
    yield ["model", "parameter", "value", "standard_error", "log_likelihood", "customers"]
    for fit in page.fits:
        for name, value in fit["parameters"].items():
            yield [fit["model"], name, value, fit["errors"][name], fit["log_likelihood"], fit["customers"]]


def _cohort_rows(page: ClvPage) -> Iterator[Sequence[Any]]:
    yield ["first_purchase", "customers", "repeat_customers", "r", "alpha", "a", "b", "expected_of_new"]
    for row in page.cohorts["rows"]:
        fitted = row.get("parameters") or {}
        figures = [fitted.get(name) for name in ("r", "alpha", "a", "b")]
        yield [row["name"], row["customers"], row["repeat_customers"], *figures, row.get("expected_of_new")]


PARTS: dict[str, Callable[[ClvPage], Iterator[Sequence[Any]]]] = {
    "map": _map_rows,
    "worth": _bar_rows,
    "weeks": _week_rows,
    "classes": _class_rows,
    "models": _model_rows,
    "cohorts": _cohort_rows,
}
