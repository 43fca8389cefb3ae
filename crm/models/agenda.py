"""Tasks, and the secret links by which calendars of others read them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from crm.access import VisibleQuerySet
from crm.agenda.choices import KIND_ICONS, TaskKind
from crm.grants import AccessPaths
from crm.models.hanging import OnRecord
from crm.paths import path_of

if TYPE_CHECKING:
    from crm.models.people import User


class TaskQuerySet(VisibleQuerySet["Task"]):
    """Tasks, narrowed by state and by day."""

    def open(self) -> TaskQuerySet:
        return self.filter(done_at=None)

    def of(self, user: User) -> TaskQuerySet:
        """Those that this person has to do."""
        return self.filter(owner=user)

    def in_order(self) -> TaskQuerySet:
        """By the day, then the time; those of a whole day come first, those without a day last."""
        return self.order_by(F("due_on").asc(nulls_last=True), F("due_at").asc(nulls_first=True), "id")


class Task(OnRecord):
    """Something to do. `due_on` is the day, `due_at` the moment on it (empty: any time that day), both in `zone`.

    `rule` is an RRULE of RFC 5545; when a task that repeats is done, the next one is made as a row of its own.
    `remind_at` follows from `remind_before` (minutes); `reminded_at` says that it was told, so that it is told once.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    kind = models.CharField(max_length=16, choices=TaskKind, default=TaskKind.TODO)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    place = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks"
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    due_on = models.DateField("day", null=True, blank=True)
    due_at = models.DateTimeField("time", null=True, blank=True)
    minutes = models.PositiveIntegerField(
        "how long", null=True, blank=True, validators=[MinValueValidator(5), MaxValueValidator(7 * 24 * 60)]
    )
    zone = models.CharField(max_length=64, default="UTC", editable=False)
    rule = models.CharField("repetition", max_length=200, blank=True)
    remind_before = models.PositiveIntegerField("reminder", null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    access = AccessPaths(owner="owner", maker="maker", team="owner__team", on_record=True)
    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "due_at", "id"]
        indexes = [
            models.Index(fields=["owner", "due_on", "id"], condition=Q(done_at=None), name="crm_task_owner_open"),
            models.Index(fields=["owner", "-done_at"], condition=Q(done_at__isnull=False), name="crm_task_owner_done"),
            models.Index(fields=["contact_id", "-created_at"], name="crm_task_contact"),
            models.Index(fields=["record_model", "record_id"], name="crm_task_record"),
            models.Index(
                fields=["remind_at"],
                condition=Q(done_at=None, reminded_at=None, remind_at__isnull=False),
                name="crm_task_remind",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(due_on__isnull=False), name="crm_task_a_time_has_a_day"
            ),
            models.CheckConstraint(condition=Q(rule="") | Q(due_on__isnull=False), name="crm_task_a_rule_has_a_day"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return path_of("agenda:task_detail", self.pk)

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def icon(self) -> str:
        return KIND_ICONS.get(self.kind, "check2-square")

    @property
    def is_overdue(self) -> bool:
        """Whether its day, or its moment, is over and it is not done."""
        if self.is_done or self.due_on is None:
            return False
        if self.due_at is not None:
            return self.due_at < timezone.now()
        return self.due_on < timezone.localdate()

    @property
    def ends_at(self) -> dt.datetime | None:
        """When it is over, for one that has a time; half an hour where nothing is said."""
        return self.due_at + dt.timedelta(minutes=self.minutes or 30) if self.due_at else None


class CalendarFeed(models.Model):
    """A secret link to a person's calendar. Only a digest of it is kept; it opens until it is revoked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feeds")
    name = models.CharField(max_length=80)
    hint = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    access = AccessPaths(owner="user")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
