"""The experience map of a large house: counted by a job, each night and on demand, and read from its result.

Up to `MOST_LIVE` contacts, tickets and answers in a period the map is counted when it is looked at. Beyond that, who
may see all of them reads what the last job counted, with its day. Who sees a part is counted for alone, their own rows:
when they look, as long as that takes at most `PATIENCE`, else by a job of theirs: when they ask for it, and when they
look and the last one is of more than a day ago.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from contacts.models import Interaction
from crm.access import can, scope_of, visible_words
from crm.choices import JobState, Scope, Verb
from crm.company import company_today, end_of_day
from crm.filtering.patience import OutOfPatience, patience_in_all
from crm.jobs import JobError, Progress, start_job
from crm.models import JobRun, User
from feedback.experience.figures import Counted, Journey, counted, journey
from feedback.models import MysteryVisit, Response, TouchPoint
from feedback.scoring import Mean
from service.models import Ticket, TouchCost

KIND = "experience map"
MOST_LIVE = 100_000
DAYS = (30, 90, 365)
PATIENCE = 4_000
"""Milliseconds of all statements of a page together."""
STAYS, REST = dt.timedelta(days=1), dt.timedelta(hours=1)
"""How long a count for one person is shown without a new one, and how far apart two of theirs are begun."""
COUNTED_OF = (Interaction, Ticket, Response, MysteryVisit)
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
    return all(scope_of(user, model, Verb.VIEW) == Scope.ALL for model in COUNTED_OF)


@dataclass(frozen=True)
class Standing:
    """The map as a person gets it: `journey` is None where a job has to count it first. `kept` is what a job counted;
    `is_own`: of what this person sees alone."""

    since: dt.date
    journey: Journey | None = None
    is_kept: bool = False
    is_own: bool = False
    kept: LastCount | None = None
    job: JobRun | None = None


def map_for(user: User, days: int) -> Standing:
    """The map of so many days back, for this person."""
    since = company_today() - dt.timedelta(days=days)
    if not is_large(since):
        return Standing(since, journey(user, since=since, days=days))
    whose = None if sees_whole(user) else user
    kept, job = last_count(days, whose), running_count(whose)
    if whose is not None and job is None and (kept is None or timezone.now() - kept.counted_at > STAYS):
        if (found := _within_patience(user, since, days)) is not None:
            return Standing(since, found)
        job = _running(start_own_count(actor=whose)) if kept else None
    if kept is not None:
        since = kept.as_of - dt.timedelta(days=days)
    found = journey(user, since=since, days=days, found=kept.found) if kept else None
    return Standing(since, found, True, whose is not None, kept, job)


def _within_patience(user: User, since: dt.date, days: int) -> Journey | None:
    try:
        with patience_in_all(PATIENCE):
            return journey(user, since=since, days=days)
    except OutOfPatience:
        return None


def last_count(days: int, user: User | None = None) -> LastCount | None:
    """What the newest job counted of the days before its own, of everything or of what a person saw then and sees now;
    None where there was none."""
    for result in _counts_for(user).filter(state=JobState.DONE).values_list("result", flat=True)[:1]:
        if result.get("sees", "") != _sees(user):
            return None
        found = result["periods"][str(days)]
        return LastCount(
            dt.date.fromisoformat(result["as_of"]), dt.datetime.fromisoformat(result["counted_at"]),
            result["mark"] == _mark(), _read(found),
        )  # fmt: skip
    return None


def running_count(user: User | None = None) -> JobRun | None:
    """The job that is counting everything, or what a person sees, or is about to."""
    return _counts_for(user).filter(state__in=(JobState.WAITING, JobState.RUNNING)).first()


def start_count(*, actor: User | None) -> JobRun:
    """Have a worker count everything; the job that waits or runs already, where there is one."""
    return running_count() or start_job(actor=actor, kind=KIND, title="Count what happens at the touch points")


def start_own_count(*, actor: User) -> JobRun:
    """Have a worker count what this person sees; the job that waits or runs already, or counted the same rows within
    the hour, where there is one."""
    newest = _counts_for(actor).filter(created_at__gt=timezone.now() - REST).first()
    if newest is not None and (newest.state != JobState.DONE or newest.result.get("sees", "") == _sees(actor)):
        return newest
    title, said = "Count what happens at the touch points, of what you see", {"user": actor.pk}
    return running_count(actor) or start_job(actor=actor, kind=KIND, title=title, parameters=said)


def _running(job: JobRun) -> JobRun | None:
    return job if job.state in (JobState.WAITING, JobState.RUNNING) else None


def _counts_for(user: User | None) -> QuerySet[JobRun]:
    """The jobs that counted for a person, or everything; the newest first."""
    rows = JobRun.objects.filter(kind=KIND).order_by("-pk")
    return rows.filter(parameters__user=user.pk) if user else rows.filter(parameters__user__isnull=True)


def _sees(user: User | None) -> str:
    """What a person's rows are narrowed by: with other rights, what was counted is not theirs."""
    if user is None:
        return ""
    words = [visible_words(model, user) for model in COUNTED_OF]
    return hashlib.sha256(repr([*words, can(user, Verb.VIEW, TouchCost)]).encode()).hexdigest()


def count_again(*, actor: User | None) -> None:
    """After a change of the touch points, where the house is so large that a job counts."""
    if is_large(company_today() - dt.timedelta(days=max(DAYS))):
        transaction.on_commit(lambda: start_count(actor=actor), robust=True)


def run_count(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: everything that there is, or what the person sees who asked, for each of the periods."""
    user = _who(job)
    points, as_of, now = list(TouchPoint.objects.all()), company_today(), timezone.now()
    sees, mark, periods = _sees(user), _mark(), {}
    sees_cost = TouchCost.objects.exists() and (user is None or can(user, Verb.VIEW, TouchCost))
    for place, days in enumerate(DAYS):
        progress.report(place, len(DAYS), f"Counting {days} days")
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '60min'")
            found = counted(user, points, as_of - dt.timedelta(days=days), sees_cost=sees_cost)
        periods[str(days)] = _written(found)
    progress.report(len(DAYS), len(DAYS), "Done")
    said = {"as_of": as_of.isoformat(), "counted_at": now.isoformat(), "mark": mark, "periods": periods}
    return said | ({"sees": sees} if user else {})


def _who(job: JobRun) -> User | None:
    """For whom it counts; None for everything."""
    if "user" not in job.parameters:
        return None
    user = User.objects.filter(pk=job.parameters["user"], is_active=True).first()
    if user is None:
        raise JobError("Who asked for it is not here any more.")
    return user


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
