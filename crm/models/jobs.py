"""Long work as rows: the ledger that survives any process. Celery only rings the bell."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone

from crm.access import VisibleQuerySet
from crm.choices import FINISHED_JOB_STATES, JobQueue, JobState
from crm.grants import AccessPaths
from crm.paths import path_of


class JobRun(models.Model):
    """One piece of long work: who asked, what for, how far it is, what came of it."""

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    queue = models.CharField(max_length=16, choices=JobQueue, default=JobQueue.BATCH)
    state = models.CharField(max_length=16, choices=JobState, default=JobState.WAITING)
    parameters = models.JSONField(default=dict, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="jobs",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=120, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(null=True, blank=True)
    progress_message = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    result_file = models.ForeignKey("crm.StoredFile", null=True, blank=True, on_delete=models.SET_NULL)

    access = AccessPaths(owner="actor", team="actor__team")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="crm_jobrun_state_due"),
            models.Index(fields=["actor", "-created_at"], name="crm_jobrun_actor_created"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return path_of("crm:job_detail", self.pk)

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED_JOB_STATES

    @property
    def elapsed(self) -> dt.timedelta:
        """Time from the start of the work to its end (or to now)."""
        if self.started_at is None:
            return dt.timedelta(0)
        return (self.finished_at or timezone.now()) - self.started_at

    @property
    def percent(self) -> int:
        """0 to 100; 0 while the total is not known."""
        if self.state == JobState.DONE:
            return 100
        return min(99, 100 * self.progress_done // self.progress_total) if self.progress_total else 0

    @property
    def rate(self) -> float | None:
        """Units of progress in a second so far, or None before the first."""
        seconds = self.elapsed.total_seconds()
        return self.progress_done / seconds if self.progress_done and seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds to the end at the rate so far; None when it cannot be told."""
        if not self.rate or not self.progress_total or self.is_finished:
            return None
        return max(0.0, (self.progress_total - self.progress_done) / self.rate)


class JobWindow(models.Model):
    """A periodic job ran (or runs) for this window; the unique row makes two beats harmless."""

    job = models.CharField(max_length=60)
    window = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "window"], name="crm_jobwindow_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.window}"
