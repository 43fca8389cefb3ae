"""Reads of visits: the list's search, the marks of one, and what they score by touch point, site and item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Avg, Count, F, FloatField, QuerySet, StdDev
from django.db.models.functions import Cast
from django.urls import reverse

from crm.filtering.searching import MOST_WORDS, has_words
from crm.models import User
from feedback.models import MysteryVisit, VisitMark
from feedback.scoring import Mean
from feedback.visits.choices import BEST, VisitState

MOST_LINES = 40


def search_visits(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Visits of whose checklist and site every word is a part."""
    for word in text.split()[:MOST_WORDS]:
        rows = rows.filter(has_words("site__fold", word) | has_words("checklist__name__fold", word))
    return rows


def search_checklists(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Checklists of whose name every word is a part."""
    return rows.filter(has_words("name__fold", text))


def marks_of(visit: MysteryVisit) -> list[VisitMark]:
    """In the order of the checklist."""
    rows = VisitMark.objects.filter(visit=visit).select_related("item")
    return list(rows.order_by("item__position", "item_id"))


@dataclass(frozen=True)
class ScoreLine:
    """What some visits score, and the list of them."""

    name: str
    score: Mean
    url: str


@dataclass(frozen=True)
class ItemLine:
    """How one item was found, 0 to 100, over the visits at which it arose."""

    checklist: str
    text: str
    score: Mean
    url: str


@dataclass(frozen=True)
class VisitFigures:
    """Of the visits done in a period: all, by touch point, by site, and the items that are met least."""

    whole: Mean = field(default_factory=Mean)
    whole_url: str = ""
    touch_points: Sequence[ScoreLine] = ()
    sites: Sequence[ScoreLine] = ()
    items: Sequence[ItemLine] = ()


def done_visits(user: User | None, *, since: dt.date) -> QuerySet[MysteryVisit]:
    """The scored visits that the person may see, from a day on."""
    return MysteryVisit.objects.visible_to(user).filter(
        state=VisitState.DONE, score__isnull=False, visited_on__gte=since
    )


def visits_url(since: dt.date, **filters: Any) -> str:
    """The list of the visits behind a figure."""
    asked = {"state": VisitState.DONE.value, "visited_on_min": since.isoformat(), "score_min": 0, **filters}
    return f"{reverse('feedback:visit_list')}?{urlencode(asked)}"


def visit_figures(user: User | None, *, since: dt.date) -> VisitFigures:
    """Four queries, whatever the number of visits."""
    rows = done_visits(user, since=since).order_by()
    whole = _mean(rows.aggregate(**_sums("score")))
    return VisitFigures(
        whole,
        visits_url(since),
        [
            ScoreLine(row["touch_point__name"] or "No touch point", _mean(row), _of(since, "touch_point", row))
            for row in _grouped(rows, "touch_point", "touch_point__name")
        ],
        [
            ScoreLine(row["site"] or "No place said", _mean(row), _of(since, "site", row))
            for row in _grouped(rows, "site")
        ],
        _items(rows, since),
    )


def _items(rows: QuerySet[MysteryVisit], since: dt.date) -> list[ItemLine]:
    marks: Any = VisitMark.objects.filter(visit__in=rows.values("pk"), mark__isnull=False).order_by()
    found = (
        marks.annotate(found=Cast("mark", FloatField()) * 100.0 / BEST)
        .values("item__text", "item__checklist", name=F("item__checklist__name"))
        .annotate(**_sums("found"))
        .order_by("mean", "item__text")
    )
    return [
        ItemLine(row["name"], row["item__text"], _mean(row), visits_url(since, checklist=row["item__checklist"]))
        for row in found[:MOST_LINES]
    ]


def _grouped(rows: QuerySet[MysteryVisit], *names: str) -> Any:
    return rows.values(*names).annotate(**_sums("score")).order_by("-n", *names)[:MOST_LINES]


def _sums(name: str) -> dict[str, Any]:
    value = Cast(name, FloatField())
    return {"n": Count(name), "mean": Avg(value), "deviation": StdDev(value, sample=True)}


def _mean(row: dict[str, Any]) -> Mean:
    return Mean.from_sums(row["n"], row["mean"], row["deviation"])


def _of(since: dt.date, name: str, row: dict[str, Any]) -> str:
    return visits_url(since, **{name: row[name]}) if row[name] else visits_url(since)
