"""How the queues and the clock are: for who sees all jobs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from crm.access import VisibleQuerySet
from crm.choices import JobQueue, JobState
from crm.models import JobRun, JobWindow, OutgoingMail, User

BAD = (JobState.FAILED, JobState.PARKED)


@dataclass(frozen=True)
class QueueNow:
    """One queue: how many wait and run, how long the oldest that is due has waited, what ended badly this week."""

    label: str
    waiting: int
    running: int
    bad: int
    oldest: dt.timedelta | None


def by_state(jobs: QuerySet[JobRun]) -> dict[str, int]:
    return dict(jobs.order_by().values_list("state").annotate(Count("pk")))


def bad_jobs(user: User | None) -> VisibleQuerySet[JobRun]:
    """Jobs of the last seven days that failed or were parked."""
    week = timezone.now() - dt.timedelta(days=7)
    rows: VisibleQuerySet[JobRun] = JobRun.objects.visible_to(user)
    return rows.filter(state__in=BAD, created_at__gte=week)


def queues_now() -> list[QueueNow]:
    """The three queues; work of the mail queue is the ledger of outgoing mail."""
    now = timezone.now()
    week = now - dt.timedelta(days=7)
    open_states = Q(state__in=[JobState.WAITING, JobState.RUNNING])
    rows = JobRun.objects.filter(open_states | Q(created_at__gte=week)).order_by().values("queue")
    found: dict[str, Any] = {
        row["queue"]: row
        for row in rows.annotate(
            waiting=Count("pk", filter=Q(state=JobState.WAITING)),
            running=Count("pk", filter=Q(state=JobState.RUNNING)),
            bad=Count("pk", filter=Q(state__in=BAD)),
            oldest=Min("due_at", filter=Q(state=JobState.WAITING, due_at__lte=now)),
        )
    }
    found[JobQueue.MAIL] = _mails(now, week)
    empty = {"waiting": 0, "running": 0, "bad": 0, "oldest": None}
    return [_queue(queue.label, found.get(queue, empty), now) for queue in JobQueue]


def periodic_jobs() -> list[Any]:
    """Jobs that run once in a window: the last one, and when it began."""
    newest = JobWindow.objects.values("job").annotate(at=Max("created_at"), window=Max("window")).order_by("job")
    return list(newest)


def _mails(now: dt.datetime, week: dt.datetime) -> dict[str, Any]:
    open_mails = OutgoingMail.objects.filter(state__in=["queued", "in_flight"])
    bad = OutgoingMail.objects.filter(state__in=["failed", "parked", "uncertain"], created_at__gte=week).count()
    return {"bad": bad} | open_mails.aggregate(
        waiting=Count("pk", filter=Q(state="queued")),
        running=Count("pk", filter=Q(state="in_flight")),
        oldest=Min("due_at", filter=Q(state="queued", due_at__lte=now)),
    )


def _queue(label: str, row: dict[str, Any], now: dt.datetime) -> QueueNow:
    oldest = now - row["oldest"] if row["oldest"] else None
    return QueueNow(label.capitalize(), row["waiting"], row["running"], row["bad"], oldest)
