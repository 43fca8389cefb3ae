"""What happens at each touch point in a period: volume, satisfaction, complaints, cost, what mystery visits score."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    Avg,
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    F,
    FloatField,
    Q,
    StdDev,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.urls import reverse

from contacts.models import Interaction
from crm.access import can
from crm.choices import Verb
from crm.company import end_of_day
from crm.field_rights import hides
from crm.intervals import share_interval
from crm.models import User
from feedback.choices import JourneyStage
from feedback.experience.events import interactions_of, tickets_of
from feedback.experience.telling_apart import in_order
from feedback.models import Response, TouchPoint
from feedback.scoring import Z95, Mean
from feedback.visits.queries import done_visits, visits_url
from service.choices import TicketKind
from service.costing import with_cost
from service.models import Ticket, TouchCost

MONTH_DAYS = 365.25 / 12
NOWHERE = 0
SATISFACTION_FIELD = "feedback.answer.value"
SATISFACTION_SQL = """
SELECT touch_point_id, count(*), avg(score), stddev_samp(score) FROM (
  SELECT r.touch_point_id, coalesce(avg(a.part) FILTER (WHERE a.dimension = 'overall'), avg(a.part)) AS score
  FROM feedback_response r JOIN (
    SELECT a.response_id, q.dimension, 100 * (a.value::float8 - q.low) / (q.high - q.low) AS part
    FROM feedback_answer a JOIN feedback_question q ON q.id = a.question_id
    WHERE a.value IS NOT NULL AND q.kind = 'rating' AND q.high > q.low AND q.dimension IN ('overall', 'performance')
  ) a ON a.response_id = r.id
  WHERE r.id IN ({chosen}) GROUP BY r.id
) scored GROUP BY touch_point_id
"""


@dataclass(frozen=True)
class Measure:
    """One figure of a touch point beside what was planned; `actual` None: nothing to tell. `tone` is bad where it is
    clearly worse than planned, good where the plan is met; empty where neither can be said. `url` leads to its rows."""

    actual: float | Decimal | None = None
    planned: float | Decimal | None = None
    n: int = 0
    half_width: float | None = None
    tone: str = ""
    url: str = ""
    is_small: bool = False


@dataclass(frozen=True)
class PointFigures:
    """A touch point with its measures; `cost` None: not for this person."""

    point: TouchPoint
    volume: Measure
    satisfaction: Measure
    complaints: Measure
    cost: Measure | None
    visits: Measure


@dataclass(frozen=True)
class Journey:
    """The touch points by stage, and how many interactions of the period are at none of them."""

    stages: Sequence[tuple[JourneyStage, Sequence[PointFigures]]] = ()
    elsewhere: int = 0
    total: int = 0


@dataclass(frozen=True)
class Counted:
    """What was counted, by the id of the touch point; `total` contacts with customers, of them `placed` at one."""

    volume: dict[int, int] = field(default_factory=dict)
    tickets: dict[int, int] = field(default_factory=dict)
    complaints: dict[int, int] = field(default_factory=dict)
    cost: dict[int, Decimal | None] = field(default_factory=dict)
    satisfaction: dict[int, Mean] = field(default_factory=dict)
    visits: dict[int, Mean] = field(default_factory=dict)
    total: int = 0
    placed: int = 0


def journey(user: User, *, since: dt.date, days: int, found: Counted | None = None) -> Journey:
    """Of what the person may see, from a day of the company on; `days` long. `found` is what was counted before of all
    there is, for who may see all of it; without it, everything is counted now, in seven queries."""
    points = list(TouchPoint.objects.visible_to(user).order_by("position", "pk"))
    sees_cost = can(user, Verb.VIEW, TouchCost) and TouchCost.objects.exists()
    if found is None:
        found = counted(user, points, since, sees_cost=sees_cost)
    elif hides(user, SATISFACTION_FIELD):
        found = replace(found, satisfaction={})
    figures = [_figures(one, found, since, days, sees_cost=sees_cost) for one in points]
    stages = [(stage, [one for one in figures if one.point.stage == stage]) for stage in JourneyStage]
    return Journey(stages if points else (), found.total - found.placed, found.total)


def counted(user: User | None, points: Sequence[TouchPoint], since: dt.date, *, sees_cost: bool) -> Counted:
    """What happened at each of the touch points from a day on, of what the person may see."""
    start = end_of_day(since - dt.timedelta(days=1))
    volume = _volume(user, points, start)
    tickets: dict[str, Any] = {}
    flags = {f"is_{one.pk}": ExpressionWrapper(tickets_of(one, points), BooleanField()) for one in points}
    for one in points:
        its = Q(**{f"is_{one.pk}": True})
        tickets |= {
            f"t{one.pk}": Count("pk", filter=its),
            f"c{one.pk}": Count("pk", filter=its & Q(kind=TicketKind.COMPLAINT)),
        }
        if sees_cost:
            tickets[f"m{one.pk}"] = Sum("cost_amount", filter=its)
    opened = Ticket.objects.visible_to(user).filter(opened_at__gte=start).order_by().annotate(**flags)
    found = (with_cost(opened) if sees_cost else opened).aggregate(**tickets) if tickets else {}

    def by_point(letter: str) -> dict[int, Any]:
        return {one.pk: found.get(f"{letter}{one.pk}") for one in points}

    return Counted(
        volume=volume, tickets=by_point("t"), complaints=by_point("c"), cost=by_point("m"),
        satisfaction=_satisfaction(user, start), visits=_visits(user, since), total=sum(volume.values()),
        placed=sum(count for key, count in volume.items() if key != NOWHERE),
    )  # fmt: skip


def _volume(user: User | None, points: Sequence[TouchPoint], start: dt.datetime) -> dict[int, int]:
    """The contacts with customers by touch point, each looked at once."""
    ways = [When(interactions_of(one, points), then=Value(one.pk)) for one in in_order(points) if one.channel]
    rows = Interaction.objects.visible_to(user).filter(occurred_at__gte=start).order_by()
    if not ways:
        return {NOWHERE: rows.count()}
    point = Case(*ways, default=Value(NOWHERE))
    return dict(rows.annotate(point=point).values("point").annotate(n=Count("pk")).values_list("point", "n"))


def _satisfaction(user: User | None, start: dt.datetime) -> dict[int, Mean]:
    """Of each answer the overall rating, else the mean of how good things were found; 0 to 100."""
    if hides(user, SATISFACTION_FIELD):
        return {}
    rows = Response.objects.visible_to(user).filter(
        told_at__gte=start, answered_at__gte=start, touch_point__isnull=False
    )
    try:
        chosen, given = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SATISFACTION_SQL.replace("{chosen}", chosen), given)
        return {pk: Mean.from_sums(n, mean, deviation) for pk, n, mean, deviation in cursor.fetchall()}


def _visits(user: User | None, since: dt.date) -> dict[int, Mean]:
    score = Cast("score", FloatField())
    rows = done_visits(user, since=since).filter(touch_point__isnull=False).order_by().values(point=F("touch_point"))
    sums = rows.annotate(n=Count("pk"), mean=Avg(score), deviation=StdDev(score, sample=True))
    return {row["point"]: Mean.from_sums(row["n"], row["mean"], row["deviation"]) for row in sums}


def _figures(point: TouchPoint, found: Counted, since: dt.date, days: int, *, sees_cost: bool) -> PointFigures:
    key, months = point.pk, days / MONTH_DAYS
    has_channel = bool(point.channel)
    volume, tickets, complaints = (
        found.volume.get(key) or 0,
        found.tickets.get(key) or 0,
        found.complaints.get(key) or 0,
    )
    said, seen = found.satisfaction.get(key, Mean()), found.visits.get(key, Mean())
    opened = {"opened_at_min": since, "touch_point": key}
    tickets_url = _url("service:ticket_list", **opened)
    a_month = volume / months if has_channel else None
    rate = 100 * complaints / volume if volume else None
    cost = found.cost.get(key)
    a_ticket = cost / tickets if sees_cost and tickets and cost is not None else None
    return PointFigures(
        point,
        Measure(
            a_month, point.planned_volume, volume,
            tone=_tone(a_month, point.planned_volume, Z95 * math.sqrt(volume) / months, is_more_better=True),
            url=_url("feedback:touch_list", touch_point=key, occurred_at_min=since),
        ),
        Measure(
            said.mean, point.planned_satisfaction, said.n, said.half_width, is_small=said.is_small,
            tone=_tone(said.mean, point.planned_satisfaction, said.half_width or 0, is_more_better=True),
            url=_url("feedback:response_list", touch_point=key, rated="yes", answered_min=since),
        ),
        Measure(
            rate, point.planned_complaints, complaints,
            tone=_tone(rate, point.planned_complaints, rate - 100 * share_interval(complaints, volume)[0])
            if rate is not None and complaints <= volume
            else "",
            url=f"{tickets_url}&kind=complaint",
        ),
        Measure(a_ticket, point.planned_cost, tickets, tone=_tone(a_ticket, point.planned_cost), url=tickets_url)
        if sees_cost
        else None,
        Measure(
            seen.mean, None, seen.n, seen.half_width, is_small=seen.is_small, url=visits_url(since, touch_point=key)
        ),
    )  # fmt: skip


def _tone(
    actual: float | Decimal | None, planned: float | Decimal | None, leeway: float = 0, *, is_more_better: bool = False
) -> str:
    """Bad where the figure misses the plan by more than its interval (`leeway`), good where it meets it."""
    if actual is None or planned is None:
        return ""
    short = float(planned) - float(actual) if is_more_better else float(actual) - float(planned)
    return "bad" if short > leeway else "" if short > 0 else "good"


def _url(name: str, **asked: Any) -> str:
    return f"{reverse(name)}?{urlencode({key: str(value) for key, value in asked.items()})}"
