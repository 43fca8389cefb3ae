"""Reads for the page of lifetime value: the run's own figures, or those of the customers that a person may see."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db.models import Case, Count, F, IntegerField, Sum, Value, When

from analytics.clv_page import QUIET_BOUNDS, X_LABELS, Bar, Cell, ClvPage
from analytics.models import ClvScore, ModelRun
from analytics.queries import last_run
from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.company import current_company

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from crm.models import User

TOP = 10


def read_clv_page(user: User) -> ClvPage | None:
    """The last run as this person may see it; None before the first."""
    run = last_run("clv")
    if run is None:
        return None
    narrowed = scope_of(user, ClvScore, Verb.VIEW) != Scope.ALL
    rows = ClvScore.objects.visible_to(user).order_by()
    cells = _counted_cells(rows) if narrowed else [Cell(*cell) for cell in run.metrics.get("cells", ())]
    bounds = run.metrics.get("breaks", [])
    bars = _counted_bars(rows, bounds) if narrowed else _bars(bounds, run)
    best = rows.filter(clv__isnull=False).select_related("contact").order_by("-clv", "-contact_id")[:TOP]
    return ClvPage(run, cells, bars, best, current_company().currency, narrowed=narrowed)


def _bars(bounds: Sequence[float], run: ModelRun) -> list[Bar]:
    ends = [None, *bounds, None]
    counted = run.metrics.get("bars", [])
    return [Bar(low, high, *figures) for low, high, figures in zip(ends, ends[1:], counted, strict=False)]


def _counted_cells(rows: QuerySet[ClvScore]) -> list[Cell]:
    column = Case(
        When(x__gte=len(X_LABELS) - 1, then=Value(len(X_LABELS) - 1)), default=F("x"), output_field=IntegerField()
    )
    quiet = Case(
        *(When(days_quiet__lte=high, then=Value(place)) for place, (_, high) in enumerate(QUIET_BOUNDS) if high),
        default=Value(len(QUIET_BOUNDS) - 1),
        output_field=IntegerField(),
    )
    found = rows.annotate(column=column, quiet=quiet).values_list("column", "quiet")
    counted = found.annotate(Count("pk"), Sum("p_alive"), Sum("clv"))
    return [Cell(x, place, count, float(alive or 0), float(clv or 0)) for x, place, count, alive, clv in counted]


def _counted_bars(rows: QuerySet[ClvScore], bounds: Sequence[float]) -> list[Bar]:
    ends: list[float | None] = [None, *bounds, None]
    place = Case(
        *(When(clv__lt=bound, then=Value(number)) for number, bound in enumerate(bounds)),
        default=Value(len(bounds)),
        output_field=IntegerField(),
    )
    counted = (
        rows.filter(clv__isnull=False).annotate(place=place).values_list("place").annotate(Count("pk"), Sum("clv"))
    )
    found = {number: (count, float(clv)) for number, count, clv in counted}
    if not found:
        return []
    return [Bar(low, high, *found.get(place, (0, 0.0))) for place, (low, high) in enumerate(pairwise(ends))]
