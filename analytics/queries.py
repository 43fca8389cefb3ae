"""Reads of the analysis: the last run, and what the scores of the customers that a person may see come to."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Sum, When
from django.db.models.functions import JSONObject

from analytics.models import ModelRun, RfmScore, RfmSegment
from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.company import company_today, end_of_day
from crm.database.kept import KeptRows
from crm.paths import path_of
from orders.models import Order

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from crm.models import User

SHOWN_STEPS = ("rfm", "clv", "churn", "costs")
SHOWN_METRICS = ("percentiles", "way", "features", "pools")


@dataclass(frozen=True)
class Cell:
    """Customers with the same scores: how many, their net revenue and their purchases."""

    r: int
    f: int
    m: int
    segment: str
    customers: int
    revenue: float
    purchases: int


@dataclass(frozen=True)
class Tally:
    """Some cells added up."""

    customers: int = 0
    revenue: float = 0.0
    purchases: int = 0

    @property
    def mean_revenue(self) -> float | None:
        return self.revenue / self.customers if self.customers else None


def last_run(step: str) -> ModelRun | None:
    """The newest good run of a step, whose figures the tables hold."""
    return ModelRun.objects.filter(step=step, error="").select_related("actor").order_by("-created_at", "-pk").first()


def runs_shown(request: HttpRequest) -> dict[str, ModelRun]:
    """The newest good run of each step whose figures a record page shows, with no more of its metrics than
    `metrics_shown` gives; read once in a request. Beside that of RFM, as `advice`, what the table of segments says by
    name."""
    found: dict[str, ModelRun] | None = getattr(request, "_runs_shown", None)
    if found is None:
        found = {run.step: run for run in _newest_runs().read()}
        request._runs_shown = found  # type: ignore[attr-defined]
    return found


@cache
def _newest_runs() -> KeptRows[ModelRun]:
    advice = ArraySubquery(RfmSegment.objects.values(told=JSONObject(name="name", advice="advice")))
    runs = ModelRun.objects.filter(step__in=SHOWN_STEPS, error="").select_related("actor").defer("metrics")
    shown = JSONObject(**{name: f"metrics__{name}" for name in SHOWN_METRICS})  # the whole is long to read
    runs = runs.order_by("step", "-created_at", "-pk").distinct("step")
    return KeptRows(runs.annotate(metrics_shown=shown, advice=Case(When(step="rfm", then=advice))))


def metrics_shown(run: ModelRun) -> dict[str, Any]:
    """What a record page shows of the metrics of a run."""
    return getattr(run, "metrics_shown", None) or run.metrics


def failure_after(run: ModelRun | None, step: str) -> ModelRun | None:
    """The newest try of a step, where it failed after its last good run: its figures are older than they should be."""
    newest = ModelRun.objects.filter(step=step).order_by("-created_at", "-pk").first()
    return newest if newest is not None and newest.error and newest != run else None


def recent_runs(user: User, limit: int = 30) -> QuerySet[ModelRun]:
    return ModelRun.objects.visible_to(user).select_related("actor").order_by("-created_at", "-pk")[:limit]


def cells_for(user: User | None, run: ModelRun) -> list[Cell]:
    """The cells of a run, of the customers that the person may see: the run's own for who sees all, else counted."""
    if user is None or scope_of(user, RfmScore, Verb.VIEW) == Scope.ALL:
        return [Cell(*row) for row in run.metrics.get("cells", ())]
    rows = RfmScore.objects.visible_to(user).order_by().values_list("r", "f", "m", "segment")
    counted = rows.annotate(Count("pk"), Sum("monetary"), Sum("frequency"))
    return [Cell(r, f, m, name, count, float(money), bought) for r, f, m, name, count, money, bought in counted]


def tally(cells: Iterable[Cell]) -> Tally:
    rows = list(cells)
    return Tally(
        sum(cell.customers for cell in rows),
        round(sum(cell.revenue for cell in rows), 2),
        sum(cell.purchases for cell in rows),
    )


def segments() -> list[RfmSegment]:
    """The rows of the table of segments, in their order."""
    return list(RfmSegment.objects.order_by("position"))


def segment_name(rows: Sequence[RfmSegment], r: int, f: int, m: int) -> str:
    """The first row that fits these scores; empty where none does."""
    scores = {"r": r, "f": f, "m": m}
    for row in rows:
        if all(getattr(row, f"{one}_low") <= score <= getattr(row, f"{one}_high") for one, score in scores.items()):
            return row.name
    return ""


def counts_by(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, int, int]]:
    """Per name of this table: customers of the last run now, and if the table were these rows; names that end too."""
    run = last_run("rfm")
    cells = cells_for(None, run) if run else []
    wanted = [RfmSegment(**row) for row in rows]
    now, then = Counter[str](), Counter[str]()
    for cell in cells:
        now[cell.segment] += cell.customers
        then[segment_name(wanted, cell.r, cell.f, cell.m)] += cell.customers
    names = dict.fromkeys([*(row.name for row in wanted), *sorted(set(now) | set(then), reverse=True)])
    return [(name or "without a name", now[name], then[name]) for name in names]


def last_day_with_orders() -> dt.date | None:
    """The newest day, up to today, on which anything was ordered."""
    newest = Order.objects.filter(ordered_at__lt=end_of_day(company_today())).order_by("-ordered_at", "-pk")
    return newest.values_list("ordered_on", flat=True).first()


def customers_url(**filters: Any) -> str:
    """The list of the customers behind a figure; archived ones are counted, so they are in it."""
    return f"{path_of('contacts:contact_list')}?{urlencode({**filters, 'state': 'all', 'sort': '-revenue'})}"
