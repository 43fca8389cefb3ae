"""The experience map of a large house: counted by a job, each night and on demand, and read from its result.

Up to `MOST_LIVE` contacts, tickets and answers in a period the map is counted when it is looked at. Beyond that, who
may see all of them reads what the last job counted, with its day. Who sees a part is counted for alone: their own rows.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from contacts.models import Interaction
from crm.access import scope_of
from crm.choices import JobState, Scope, Verb
from crm.company import company_today, end_of_day
from crm.jobs import Progress, start_job
from crm.models import JobRun, User
from feedback.experience.figures import Counted, counted
from feedback.models import MysteryVisit, Response, TouchPoint
from feedback.scoring import Mean
from service.models import Ticket, TouchCost

KIND = "experience map"
MOST_LIVE = 100_000
DAYS = (30, 90, 365)
ASKED = ("name", "stage", "channel", "direction", "words", "position")


@dataclass(frozen=True)
class LastCount:
    """What a job counted: up to the end of `as_of`, begun at `counted_at`; `is_current`: the touch points are still
    those that it counted for."""

    as_of: dt.date
    counted_at: dt.datetime
    is_current: bool
    found: Counted


def is_large(since: dt.date) -> bool:
    """Whether so much happened from a day on that nobody should wait until it is counted; looks at few rows."""
    start = end_of_day(since - dt.timedelta(days=1))
    happened = (
        Interaction.objects.filter(occurred_at__gte=start),
        Ticket.objects.filter(opened_at__gte=start),
        Response.objects.filter(told_at__gte=start, touch_point__isnull=False),
    )
    return any(rows.order_by()[: MOST_LIVE + 1].count() > MOST_LIVE for rows in happened)


def sees_whole(user: User) -> bool:
    """Whether the counts of everything are what the person may see."""
    return all(scope_of(user, model, Verb.VIEW) == Scope.ALL for model in (Interaction, Ticket, Response, MysteryVisit))


def last_count(days: int) -> LastCount | None:
    """What the newest job counted of the days before its own; None where there was none."""
    rows = JobRun.objects.filter(kind=KIND, state=JobState.DONE).order_by("-pk")
    for result in rows.values_list("result", flat=True)[:1]:
        found = result["periods"][str(days)]
        return LastCount(
            dt.date.fromisoformat(result["as_of"]), dt.datetime.fromisoformat(result["counted_at"]),
            result["mark"] == _mark(), _read(found),
        )  # fmt: skip
    return None


def running_count() -> JobRun | None:
    """The job that is counting, or is about to."""
    return JobRun.objects.filter(kind=KIND, state__in=(JobState.WAITING, JobState.RUNNING)).order_by("-pk").first()


def start_count(*, actor: User | None) -> JobRun:
    """Have a worker count; the one that waits or runs already, where there is one."""
    return running_count() or start_job(actor=actor, kind=KIND, title="Count what happens at the touch points")


def count_again(*, actor: User | None) -> None:
    """After a change of the touch points, where the house is so large that a job counts."""
    if is_large(company_today() - dt.timedelta(days=max(DAYS))):
        transaction.on_commit(lambda: start_count(actor=actor), robust=True)


def run_count(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: everything that there is, for each of the periods."""
    points, as_of, now = list(TouchPoint.objects.all()), company_today(), timezone.now()
    sees_cost, mark, periods = TouchCost.objects.exists(), _mark(), {}
    for place, days in enumerate(DAYS):
        progress.report(place, len(DAYS), f"Counting {days} days")
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '60min'")
            found = counted(None, points, as_of - dt.timedelta(days=days), sees_cost=sees_cost)
        periods[str(days)] = _written(found)
    progress.report(len(DAYS), len(DAYS), "Done")
    return {"as_of": as_of.isoformat(), "counted_at": now.isoformat(), "mark": mark, "periods": periods}


def _mark() -> str:
    """What the counts hang on: which touch points there are, and what each of them takes."""
    rows: Sequence[Any] = list(TouchPoint.objects.order_by("pk").values_list("pk", *ASKED))
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _written(found: Counted) -> dict[str, Any]:
    return asdict(found) | {"cost": {key: value and str(value) for key, value in found.cost.items()}}


def _read(said: dict[str, Any]) -> Counted:
    return Counted(
        volume=_counts(said["volume"]), tickets=_counts(said["tickets"]), complaints=_counts(said["complaints"]),
        cost={int(key): Decimal(value) if value else None for key, value in said["cost"].items()},
        satisfaction=_means(said["satisfaction"]), visits=_means(said["visits"]), total=said["total"],
        placed=said["placed"],
    )  # fmt: skip


def _counts(said: dict[str, int]) -> dict[int, int]:
    return {int(key): value for key, value in said.items()}


def _means(said: dict[str, Any]) -> dict[int, Mean]:
    return {int(key): Mean(**one) for key, one in said.items()}
