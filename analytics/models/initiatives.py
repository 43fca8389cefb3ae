"""Initiatives with their milestones and costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from analytics.initiatives.choices import CostKind, Measure, Span, Verdict
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of


def note(label: str) -> models.TextField[str, str]:
    return models.TextField(label, blank=True, default="", max_length=4_000)


class Initiative(models.Model):
    """Something that the house undertakes for its relations with customers, with a plan and a figure to move.

    Money is in the company's currency; `booked_amount` is the sum of its costs, kept by the actions that write them.
    `agreed_ends_on` and `agreed_budget_amount` are the plan as it stood at the start. `target_value` is in the unit of
    the measure: percent for shares, points for NPS, money for lifetime value. `baseline` (before the start) and
    `outcome` (of the last full period before `target_on` was over) are figures as JSON, written once by the analysis:
    `since`, `until`, `value`, `n`, `hits`, `low`, `high`.
    """

    name = models.CharField(max_length=120)
    description = models.TextField("what is done", blank=True, default="", max_length=2_000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="initiatives"
    )
    starts_on = models.DateField("planned start")
    ends_on = models.DateField("planned end")
    started_on = models.DateField("started", null=True, blank=True, editable=False)
    ended_on = models.DateField("ended", null=True, blank=True, editable=False)
    budget_amount = models.DecimalField(
        "budget", max_digits=14, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    booked_amount = models.DecimalField("booked", max_digits=14, decimal_places=2, default=Decimal(0), editable=False)
    agreed_ends_on = models.DateField(null=True, blank=True, editable=False)
    agreed_budget_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True, editable=False)
    situation = note("situation")
    objectives = note("objectives")
    strategy = note("strategy")
    tactics = note("tactics")
    action = note("action")
    control = note("control")
    men = note("men and women")
    money = note("money")
    minutes = note("minutes")
    measure = models.CharField("figure", max_length=12, choices=Measure)
    span = models.CharField("by", max_length=8, choices=Span, default=Span.QUARTER)
    segment = models.CharField("of the segment", max_length=40, blank=True, default="")
    target_value = models.DecimalField(
        "target", max_digits=12, decimal_places=2,
        validators=[MinValueValidator(Decimal(-100)), MaxValueValidator(Decimal("999999999"))],
    )  # fmt: skip
    target_on = models.DateField("target day")
    baseline = models.JSONField(null=True, blank=True, editable=False)
    outcome = models.JSONField(null=True, blank=True, editable=False)
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True, default=Verdict.OPEN, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    access = AccessPaths(owner="owner", team="owner__team")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="analytics_initiative_name",
                violation_error_message="There is an initiative of this name already.",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="analytics_initiative_days"),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")), name="analytics_initiative_ended"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("analytics:initiative_detail", self.pk)

    @property
    def is_running(self) -> bool:
        return self.started_on is not None and self.ended_on is None

    @property
    def is_over_budget(self) -> bool:
        return self.booked_amount > self.budget_amount


class Milestone(models.Model):
    """What is to be there by a day; `done_on` when it was."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField("milestone", max_length=160)
    planned_on = models.DateField("planned for")
    done_on = models.DateField("done", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    access = AccessPaths(through="initiative", parent="analytics.initiative")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["planned_on", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("analytics:initiative_detail", self.initiative_id)


class InitiativeCost(models.Model):
    """What an initiative cost, in the company's currency; a credit is negative."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="costs")
    what = models.CharField("what for", max_length=200)
    kind = models.CharField(max_length=10, choices=CostKind, default=CostKind.PEOPLE)
    booked_on = models.DateField("booked")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    version = models.PositiveIntegerField(default=1, editable=False)

    access = AccessPaths(through="initiative", parent="analytics.initiative")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-booked_on", "-id"]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return path_of("analytics:initiative_detail", self.initiative_id)
