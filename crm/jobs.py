"""Long work: a row first, then the bell; claimed by one worker, watched, tried three times, never lost.

The row is the ledger, Celery only rings (a broker may lose what it holds). A sweeper run by beat rings again for rows
left behind. Who works on a job holds a session lock in PostgreSQL on a connection of its own: it is free again the
moment its process dies, so a second delivery can neither run beside the first nor be shut out by a dead one.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from crm import bells
from crm.acting import acting
from crm.choices import MAX_JOB_ATTEMPTS, Door, JobQueue, JobState
from crm.clock import SLACK
from crm.locks import locks_held, side_connection, take_lock
from crm.log import log
from crm.models import JobRun, JobWindow, StoredFile

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet

    from crm.models import User

logger = logging.getLogger(__name__)
LOCK_CLASS = 7301
REPORT_EVERY_SECONDS = 0.5
PATIENCE_SECONDS = 5
PAUSE_SECONDS = 0.2


class JobCancelled(Exception):
    """Somebody asked to stop this job; what its transaction did is rolled back."""


class JobError(Exception):
    """The job cannot be done as asked; the message is a sentence for the person who asked. Not tried again."""


class JobLater(Exception):
    """It cannot be done just now (the message says why): tried again after `seconds`; this attempt does not count."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Progress(Protocol):
    """What long work tells while it runs."""

    def report(self, done: int, total: int | None = None, message: str = "") -> None:
        """`done` of `total` units; raises JobCancelled when somebody asked to stop."""
        ...


class SilentProgress:
    """Progress of work that nobody watches."""

    def report(self, done: int, total: int | None = None, message: str = "") -> None:
        return None


class JobProgress:
    """Writes progress through a connection of its own, so that it shows while the job's transaction is open."""

    def __init__(self, job_id: int, side: BaseDatabaseWrapper) -> None:
        self.job_id = job_id
        self.side = side
        self.next_at = 0.0
        self.last: tuple[int, int | None, str] = (0, None, "")

    def report(self, done: int, total: int | None = None, message: str = "") -> None:
        self.last = (done, total, message[:200])
        now = time.monotonic()
        if now < self.next_at and done != total:
            return
        self.next_at = now + REPORT_EVERY_SECONDS
        if self._write():
            raise JobCancelled

    def settle(self) -> None:
        """Write the last report, which may have come too soon after the one before."""
        self._write()

    def _write(self) -> bool:
        """Whether somebody has asked to stop."""
        with self.side.cursor() as cursor:
            cursor.execute(
                "UPDATE crm_jobrun SET progress_done = %s, progress_total = %s, progress_message = %s"
                " WHERE id = %s RETURNING cancel_requested_at IS NOT NULL",
                [*self.last, self.job_id],
            )
            row = cursor.fetchone()
        return bool(row and row[0])


def start_job(
    *,
    actor: User | None,
    kind: str,
    title: str,
    parameters: dict[str, Any] | None = None,
    queue: str = JobQueue.BATCH,
) -> JobRun:
    """Write the row and, after commit, ring the bell. `kind` is a key of `settings.CRM_JOBS`."""
    if kind not in settings.CRM_JOBS:
        raise ValueError(f"There is no kind of job called {kind}.")
    with transaction.atomic():
        job = JobRun.objects.create(actor=actor, kind=kind, title=title[:200], parameters=parameters or {}, queue=queue)
        log(actor=actor, verb="start job", object=job, summary=title, job=job)
        transaction.on_commit(partial(ring, job), robust=True)
    return job


def ring(job: JobRun) -> None:
    """Tell a worker that there is something to do. Where the broker does not answer, the sweeper rings again."""
    from crm.tasks import run_job_task  # noqa: PLC0415 - tasks import this module

    bells.ring(run_job_task, job.pk, queue=job.queue)


def claim_window(name: str, window: str) -> bool:
    """Whether this call is the first to run the periodic job `name` for `window` (such as 2026-11-22)."""
    _, is_first = JobWindow.objects.get_or_create(job=name, window=window)
    return is_first


def request_cancel(*, actor: User | None, job: JobRun) -> None:
    """Ask a job to stop: a waiting one stops at once, a running one at its next report."""
    now = timezone.now()
    with transaction.atomic():
        stopped = JobRun.objects.filter(pk=job.pk, state=JobState.WAITING).update(
            state=JobState.CANCELLED, cancel_requested_at=now, finished_at=now
        )
        if not stopped:
            JobRun.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_requested_at=now)
        log(actor=actor, verb="cancel job", object=job, summary=f"Cancelled: {job.title}", job=job)


def retry_job(*, actor: User | None, job: JobRun) -> bool:
    """Let a job that ended badly start again with fresh attempts; False when it is not in such a state."""
    with transaction.atomic():
        again = JobRun.objects.filter(
            pk=job.pk, state__in=[JobState.FAILED, JobState.PARKED, JobState.CANCELLED]
        ).update(
            state=JobState.WAITING,
            attempts=0,
            error="",
            due_at=timezone.now(),
            cancel_requested_at=None,
            finished_at=None,
            progress_done=0,
            progress_total=None,
            progress_message="",
        )
        if again:
            log(actor=actor, verb="retry job", object=job, summary=f"Tried again: {job.title}", job=job)
            transaction.on_commit(partial(ring, job), robust=True)
    return bool(again)


def run_job(job_id: int) -> None:
    """Claim and do one job. Called by the worker as often as the bell rings; one call does the work."""
    with side_connection() as side:
        if not _hold(side, job_id):
            logger.info("Job %s is being worked on elsewhere.", job_id)
            return
        job = _claim(job_id)
        if job is not None:
            _work(job, JobProgress(job.pk, side))


def finish_now(job: JobRun) -> bool:
    """Do a short job in this process, or wait a moment for the worker that took it first; whether it is done.

    `job` is read again.
    """
    run_job(job.pk)
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        job.refresh_from_db()
        if job.is_finished or time.monotonic() > end:
            return job.state == JobState.DONE
        time.sleep(0.02)


def run_to_end(job: JobRun) -> bool:
    """Do a job in this process, with all of its attempts, or wait for the worker that took it first, however long;
    whether it is done. Nobody has it for good: who dies loses the lock. `job` is read again."""
    while True:
        run_job(job.pk)
        job.refresh_from_db()
        if job.is_finished:
            return job.state == JobState.DONE
        time.sleep(PAUSE_SECONDS)


def jobs_left_behind(limit: int = 200) -> QuerySet[JobRun]:
    """Jobs that are due and that nobody works on, oldest first. The job of a dead worker is one of them, and so is one
    that was asked for, or begun, by a clock that was ahead."""
    now = timezone.now()
    is_ahead = Q(created_at__gt=now + SLACK) | Q(started_at__gt=now + SLACK)
    unfinished = JobRun.objects.filter(Q(due_at__lte=now) | is_ahead, state__in=[JobState.WAITING, JobState.RUNNING])
    return unfinished.exclude(pk__in=locks_held(LOCK_CLASS)).order_by("due_at")[:limit]


def sweep() -> int:
    """Ring again for every job left behind; returns how many."""
    left = list(jobs_left_behind())
    for job in left:
        ring(job)
    return len(left)


def _hold(side: BaseDatabaseWrapper, job_id: int) -> bool:
    return take_lock(side, LOCK_CLASS, job_id)


def _claim(job_id: int) -> JobRun | None:
    """Count the attempt before the work (committed), or park the job after the last one. None: nothing to do."""
    with transaction.atomic():
        job = (
            JobRun.objects.select_for_update().filter(pk=job_id, state__in=[JobState.WAITING, JobState.RUNNING]).first()
        )
        if job is None:
            return None
        if job.cancel_requested_at is not None:
            _finish(job, JobState.CANCELLED)
            return None
        if job.attempts >= MAX_JOB_ATTEMPTS:
            _finish(job, JobState.PARKED, error=job.error or "The worker died three times while doing this.")
            return None
        job.state = JobState.RUNNING
        job.attempts += 1
        job.claimed_by = f"{socket.gethostname()}:{os.getpid()}"[:120]
        job.started_at = timezone.now()
        job.save(update_fields=["state", "attempts", "claimed_by", "started_at"])
    return job


def _work(job: JobRun, progress: JobProgress) -> None:
    handler: Callable[[JobRun, Progress], dict[str, Any]] = import_string(settings.CRM_JOBS[job.kind])
    try:
        with acting(actor_id=job.actor_id, job_id=job.pk, door=Door.JOB):
            result = handler(job, progress)
    except JobCancelled:
        _finish(job, JobState.CANCELLED)
    except JobLater as later:
        _put_back(job, later)
    except JobError as error:
        _finish(job, JobState.FAILED, error=str(error))
    except Exception as error:
        logger.exception("Job %s (%s), attempt %s, failed.", job.pk, job.kind, job.attempts)
        _try_later(job, error)
    else:
        progress.settle()
        _finish(job, JobState.DONE, result=result)


def _put_back(job: JobRun, later: JobLater) -> None:
    """Back to the queue as if it had not been claimed: the worker is free for others meanwhile."""
    JobRun.objects.filter(pk=job.pk).update(
        state=JobState.WAITING,
        attempts=job.attempts - 1,
        due_at=timezone.now() + dt.timedelta(seconds=later.seconds),
        progress_message=str(later)[:200],
    )


def _try_later(job: JobRun, error: Exception) -> None:
    """Back to the queue with a pause of 30 s, then 2 min; parked after the last attempt."""
    sentence = f"{type(error).__name__}: {error}"[:2000]
    if job.attempts >= MAX_JOB_ATTEMPTS:
        _finish(job, JobState.PARKED, error=sentence)
        return
    pause = dt.timedelta(seconds=30 * 4 ** (job.attempts - 1))
    JobRun.objects.filter(pk=job.pk).update(state=JobState.WAITING, error=sentence, due_at=timezone.now() + pause)


def _finish(job: JobRun, state: str, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    result = dict(result or {})
    file = result.pop("result_file", None)
    JobRun.objects.filter(pk=job.pk).update(
        state=state,
        finished_at=timezone.now(),
        error=error,
        result=result,
        result_file=file if isinstance(file, StoredFile) else None,
    )
