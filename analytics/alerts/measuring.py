"""What the alerts bring: those that reps saw beside those that were held back, once their 90 days are over."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from analytics.choices import AlertKind, AlertState
from analytics.mathematics.comparing import newcombe, welch
from analytics.models import SellAlert
from analytics.steps.alerts import HORIZON_DAYS

ANSWERED = (AlertState.ACCEPTED, AlertState.DISMISSED)


@dataclass(frozen=True)
class Group:
    """Alerts of a kind whose days are over: how many, how many bought, and for how much each (0 where they did not)."""

    amounts: tuple[float, ...]
    bought: int

    @property
    def count(self) -> int:
        return len(self.amounts)

    @property
    def share(self) -> float | None:
        return self.bought / self.count if self.count else None

    @property
    def mean(self) -> float | None:
        return sum(self.amounts) / self.count if self.count else None


@dataclass(frozen=True)
class Comparison:
    """Of a kind: those that were shown, the control, and how far they differ, with 95 % intervals (None: too few)."""

    kind: AlertKind
    shown: Group
    held_back: Group
    answers: dict[str, int]

    @property
    def label(self) -> str:
        return str(self.kind.label)

    @property
    def difference(self) -> float | None:
        shown, held = self.shown.share, self.held_back.share
        return None if shown is None or held is None else shown - held

    @property
    def interval(self) -> tuple[float, float] | None:
        if not (self.shown.count and self.held_back.count):
            return None
        return newcombe(self.shown.bought, self.shown.count, self.held_back.bought, self.held_back.count)

    @property
    def money(self) -> float | None:
        shown, held = self.shown.mean, self.held_back.mean
        return None if shown is None or held is None else shown - held

    @property
    def money_interval(self) -> tuple[float, float] | None:
        return welch(self.shown.amounts, self.held_back.amounts)

    @property
    def accepted_share(self) -> float | None:
        answered = sum(self.answers[state] for state in ANSWERED)
        return self.answers[AlertState.ACCEPTED] / answered if answered else None


def compare(today: dt.date) -> list[Comparison]:
    """Of all alerts of the house, by kind; those held back are counted, never named. Two queries."""
    ripe: dict[tuple[str, bool], list[tuple[bool, float]]] = defaultdict(list)
    over = SellAlert.objects.filter(made_on__lte=today - dt.timedelta(days=HORIZON_DAYS)).order_by()
    for kind, is_held, outcome_on, amount in over.values_list(
        "kind", "is_held_back", "outcome_on", "outcome_amount"
    ).iterator():
        ripe[kind, is_held].append((outcome_on is not None, float(amount or 0)))
    counts = (
        SellAlert.objects.filter(is_held_back=False).order_by().values_list("kind", "state").annotate(n=Count("pk"))
    )
    answers: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(AlertState.values, 0))
    for kind, state, count in counts:
        answers[kind][state] = count
    return [Comparison(kind, _group(ripe[kind, False]), _group(ripe[kind, True]), answers[kind]) for kind in AlertKind]


def _group(rows: list[tuple[bool, float]]) -> Group:
    return Group(tuple(amount for _, amount in rows), sum(bought for bought, _ in rows))


def still_open(today: dt.date) -> dict[str, Any]:
    """How many wait for an answer, and how many are too young to be measured."""
    young = Q(made_on__gt=today - dt.timedelta(days=HORIZON_DAYS))
    waits = Q(state=AlertState.NEW) | Q(state=AlertState.SNOOZED, snoozed_until__lte=today)
    return SellAlert.objects.aggregate(
        young=Count("pk", filter=young), waiting=Count("pk", filter=waits & Q(is_held_back=False))
    )
