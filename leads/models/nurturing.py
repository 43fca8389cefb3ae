"""Sequences of timed touches, the leads in them, and the ledger of what was done."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from crm.access import VisibleQuerySet
from crm.agenda.choices import TaskKind
from crm.grants import AccessPaths
from crm.paths import path_of
from leads.choices import (
    BY_SCORE,
    BY_SEGMENT,
    RUNNING,
    EnrolledBy,
    EnrolmentState,
    StepCondition,
    StepKind,
    StopReason,
    TouchResult,
)
from leads.models.allocation import WORKDAYS
from leads.models.leads import Lead

TASK_KINDS = {StepKind.CALL: TaskKind.CALL, StepKind.WRITE: TaskKind.MAIL, StepKind.TODO: TaskKind.TODO}


def workdays() -> list[int]:
    """Monday to Friday, as ISO numbers them."""
    return list(WORKDAYS)


class Sequence(models.Model):
    """Steps that leads go through one after the other. Mails leave on `workdays` (ISO) between `sends_from` and
    `sends_until`, in the company's zone, and only where the lead allows mails for `purpose`."""

    name = models.CharField(max_length=120, unique=True)
    is_active = models.BooleanField("in use", default=True)
    purpose = models.CharField("its mails are for", max_length=60, default="marketing")
    workdays = ArrayField(models.PositiveSmallIntegerField(), default=workdays)
    sends_from = models.TimeField("from", default=dt.time(9))
    sends_until = models.TimeField("until", default=dt.time(17))
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sends_until__gt=F("sends_from")),
                name="leads_sequence_hours",
                violation_error_message="The hours end after they begin.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("leads:sequence_detail", self.pk)


class SequenceStep(models.Model):
    """One step: `wait_days` after the one before it. `title` is the mail's subject or the task's title. A removed step
    keeps its row, for those who got it.

    For whom it is says `condition`, with `threshold` (a score) or `segment`, the name of a view of the leads whose
    filter is kept in `tree`. Who is left out goes on to the next step: two steps of opposite conditions are a branch.
    """

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=StepKind, default=StepKind.MAIL)
    wait_days = models.PositiveSmallIntegerField("after days", default=3, validators=[MaxValueValidator(365)])
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    condition = models.CharField("only for", max_length=8, choices=StepCondition, blank=True)
    threshold = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(100)])
    segment = models.CharField(max_length=80, blank=True, editable=False)
    tree = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    access = AccessPaths(through="sequence", parent="leads.sequence")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_mail(self) -> bool:
        return self.kind == StepKind.MAIL

    @property
    def condition_words(self) -> str:
        """`a score of at least 50`, `leads in the segment “Fair”`; empty where it is for everybody."""
        if not self.condition:
            return ""
        words = StepCondition(self.condition).label
        words = words[0].lower() + words[1:]
        if self.condition in BY_SCORE:
            return f"{words} {self.threshold}"
        return f"{words} “{self.segment}”" if self.condition in BY_SEGMENT else words


class Enrolment(models.Model):
    """One lead in one sequence, which it goes through once; a lead is in one sequence at a time.

    What the lead says after `since` stops it. `last_step` was done at `last_at`; `next_step` comes at `next_at`, both
    empty until it is planned (anew, where the sequence was changed).
    """

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="enrolments")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="enrolments")
    state = models.CharField(max_length=8, choices=EnrolmentState, default=EnrolmentState.ACTIVE)
    reason = models.CharField(max_length=12, choices=StopReason, blank=True)
    way = models.CharField(max_length=8, choices=EnrolledBy, default=EnrolledBy.HAND)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    last_step = models.ForeignKey(SequenceStep, null=True, on_delete=models.SET_NULL, related_name="+")
    last_at = models.DateTimeField(null=True)
    next_step = models.ForeignKey(SequenceStep, null=True, on_delete=models.SET_NULL, related_name="+")
    next_at = models.DateTimeField(null=True)

    access = AccessPaths(through="lead", parent="leads.lead")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["sequence", "lead"], name="leads_enrolment_once"),
            models.UniqueConstraint(
                fields=["lead"], condition=Q(state__in=RUNNING), name="leads_enrolment_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state=EnrolmentState.STOPPED) ^ Q(reason=""), name="leads_enrolment_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(state="active"), name="leads_enrolment_due"),
            models.Index(fields=["sequence", "state"], name="leads_enrolment_state"),
        ]

    def __str__(self) -> str:
        return f"{self.lead} in {self.sequence}"

    def get_absolute_url(self) -> str:
        return reverse("leads:lead_detail", args=[self.lead_id])

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING


class SequenceTouch(models.Model):
    """What became of one step for one lead; each comes once. Rows are only ever added: the database lets the
    application do nothing else with them, and takes them away with their lead."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.DO_NOTHING, related_name="touches")
    step = models.ForeignKey(SequenceStep, on_delete=models.DO_NOTHING, related_name="touches")
    at = models.DateTimeField(default=timezone.now)
    result = models.CharField(max_length=8, choices=TouchResult)
    why = models.CharField(max_length=300, blank=True)
    mail_id = models.BigIntegerField(null=True)
    task_id = models.BigIntegerField(null=True)

    access = AccessPaths(through="enrolment__lead", parent="leads.lead")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "sequence touches"
        constraints = [models.UniqueConstraint(fields=["enrolment", "step"], name="leads_sequence_touch_once")]
        indexes = [models.Index(fields=["step", "result"], name="leads_sequence_touch_step")]

    def __str__(self) -> str:
        return f"{self.step}: {self.get_result_display()}"


class OptOut(models.Model):
    """Somebody who is no contact has said by the link of a mail that they want no more, for a purpose. Rows are only
    ever added; when the lead becomes a contact, it goes into the ledger of consent."""

    lead = models.ForeignKey(Lead, on_delete=models.DO_NOTHING, related_name="opt_outs")
    email_key = models.CharField(max_length=254)
    purpose = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)

    access = AccessPaths(through="lead", parent="leads.lead")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["email_key", "purpose", "-at"], name="leads_opt_out_address")]

    def __str__(self) -> str:
        return f"{self.email_key}: {self.purpose}"
