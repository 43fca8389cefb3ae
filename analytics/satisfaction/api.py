"""The REST API of satisfaction: the figures of the last run, in total, over time and divided."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Query, Router, Schema
from pydantic import Field

from analytics import queries
from analytics.models import ModelRun, SatisfactionCount
from analytics.periods import Period
from analytics.rights import sees_whole_base
from analytics.satisfaction.page import DIMENSIONS, KINDS
from analytics.satisfaction.queries import value_names
from crm.access import can
from crm.choices import Verb
from crm.rest.problems import wrong_fields
from crm.rest.tokens import caller, reads
from feedback.scoring import NetPromoter

satisfaction = Router(tags=["Satisfaction"])
STEP = "satisfaction"
NOTHING: dict[str, Any] = {
    "nps": None, "n": 0, "promoters": 0, "passives": 0, "detractors": 0, "interval_half_width": None, "mean": None,
    "scores": [0] * 11, "asked": 0, "undated": 0, "csat": {}, "money": {},
}  # fmt: skip


class ScoreOut(Schema):
    nps: float | None = Field(description="Share of promoters minus share of detractors, in points.")
    n: int
    promoters: int
    passives: int
    detractors: int
    interval_half_width: float | None = Field(description="Half the 95 % interval, in points.")


class ScoreOfOut(ScoreOut):
    value: str = Field(description="The value that the answers are divided by; empty: not given.")
    name: str
    period: dt.date | None = Field(description="The first day of the period; null: all of them.")


class SatisfactionOut(ScoreOut):
    as_of: dt.date | None = Field(description="The day of the figures; null: nothing is counted yet.")
    run_id: int | None
    mean: float | None
    scores: list[int] = Field(description="How many answered 0, 1, ... 10.")
    asked: int
    undated: int = Field(description="Answers without a date: in the totals, in no period.")
    csat: dict[str, Any]
    money: dict[str, Any] = Field(description="Revenue, retention, chance to leave by group of the last answer.")
    items: list[ScoreOfOut]


@satisfaction.get("", response=SatisfactionOut, auth=reads("scores"))
def get_satisfaction(
    request: HttpRequest,
    by: str = Query("", description=f"Divides the score: {', '.join(DIMENSIONS)}; empty: in total."),
    period: str = Query("", description="month, quarter or year: the score of each; empty: of all."),
) -> HttpResponse:
    """The net promoter score as of the last run, with n and interval. For who may see all customers."""
    user = caller(request)
    if not can(user, Verb.VIEW, ModelRun) or not sees_whole_base(user):
        raise PermissionDenied
    _refuse_unknown("by", by, tuple(DIMENSIONS))
    _refuse_unknown("period", period, tuple(name for name, _ in KINDS))
    run = queries.last_run(STEP)
    if run is None:
        return JsonResponse({"as_of": None, "run_id": None, **NOTHING, "items": []})
    known = ("nps", "n", "promoters", "passives", "detractors", "interval_half_width", "mean", "scores", "asked")
    figures = {name: run.metrics[name] for name in (*known, "undated", "csat", "money")}
    items = _items(by, period)
    return JsonResponse({"as_of": run.as_of.isoformat(), "run_id": run.pk, **figures, "items": items})


def _items(by: str, period: str) -> list[dict[str, Any]]:
    if not by and not period:
        return []
    found: dict[tuple[str, Period | None], NetPromoter] = {}
    for one in SatisfactionCount.objects.filter(dimension=by):
        if period and one.month is None:
            continue
        key = (one.value, Period.of(one.month, period) if period and one.month else None)
        found[key] = found.get(key, NetPromoter()) + one.counts
    names = value_names(by, [value for value, _ in found])
    ordered = sorted(found.items(), key=lambda one: (one[0][0], one[0][1].start if one[0][1] else dt.date.min))
    return [
        {
            "value": value,
            "name": names.get(value, value),
            "period": when.start.isoformat() if when else None,
            "nps": counts.score,
            "n": counts.n,
            "promoters": counts.promoters,
            "passives": counts.passives,
            "detractors": counts.detractors,
            "interval_half_width": counts.half_width,
        }
        for (value, when), counts in ordered
    ]


def _refuse_unknown(name: str, value: str, known: tuple[str, ...]) -> None:
    if value and value not in known:
        raise wrong_fields([{"field": name, "message": f"This is one of: {', '.join(known)}."}])
