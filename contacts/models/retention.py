"""How long data are kept, who is held back from erasure, and what each night took away."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from contacts.models.contacts import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of

MOST_MONTHS, MOST_YEARS = 600, 50


class RetentionRule(models.Model):
    """How long data of one kind (`contacts.privacy.retention.kinds`) are kept. A kind without a row is off."""

    kind = models.CharField(max_length=60, unique=True, editable=False)
    is_on = models.BooleanField("works each night", default=False)
    months = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)])
    order_years = models.PositiveSmallIntegerField(
        "who ordered stays for", default=10, validators=[MaxValueValidator(MOST_YEARS)],
        help_text="Years since their last order, as the books must be kept.",
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1, editable=False)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    def __str__(self) -> str:
        return self.kind


class HoldQuerySet(VisibleQuerySet["Hold"]):
    """Holds, narrowed by whether they hold."""

    def standing(self, today: dt.date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today), ended_at=None)


class Hold(models.Model):
    """A person's data are kept whatever a rule or a request says (a dispute, an audit): until a day, or until ended."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="holds")
    reason = models.CharField(max_length=300)
    ends_on = models.DateField("until", null=True, blank=True, help_text="The last day; empty: until it is ended.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "hold on a person's data"
        verbose_name_plural = "holds on persons' data"
        indexes = [
            models.Index(fields=["contact"], condition=Q(ended_at__isnull=True), name="contacts_hold_standing"),
        ]

    def __str__(self) -> str:
        return f"Hold of {self.contact}"

    def stands_on(self, today: dt.date) -> bool:
        return self.ended_at is None and (self.ends_on is None or self.ends_on >= today)


class RetentionRun(models.Model):
    """What the rules did one night, or would do (`is_trial`).

    `counts` by kind: `done` (or `would`) rows, `held` (pairs of why and how many), `first` (keys of the first people of
    a trial), `fault` (a sentence, or empty), `months`, `stopped` (the rule was changed meanwhile). `files_left` are
    names in the storage that are still to be removed: the rows that named them are gone already.
    """

    job = models.OneToOneField("crm.JobRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_trial = models.BooleanField(default=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    files_left = models.JSONField(default=list)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return "Dry run of the retention rules" if self.is_trial else "Night of the retention rules"

    def get_absolute_url(self) -> str:
        return path_of("privacy:retention_run", self.pk)

    @property
    def total(self) -> int:
        """Rows and people that went, or would."""
        return sum(one.get("would" if self.is_trial else "done", 0) for one in self.counts.values())

    @property
    def faults(self) -> int:
        return sum(bool(one.get("fault")) for one in self.counts.values())
