"""Rules that give leads to people, how people take them, and who got which lead why."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from leads.choices import Way
from leads.models.leads import Lead

WORKDAYS = [1, 2, 3, 4, 5]
WHOLE_WEEK = 7


class AllocationRule(models.Model):
    """One rule; of those in order of position, the first that fits and has somebody free gives the lead away.

    A lead fits where it meets every condition that is filled in. `tree` is the filter of a saved view, as it was when
    the rule was saved. With `by_territory` only people who look after the lead's territory are asked, with
    `by_language` only those who speak its language. `respond_minutes` of working time are given for the first touch;
    with `reassigns` a lead that is not touched by then goes to the next one.
    """

    position = models.PositiveIntegerField(default=100)
    name = models.CharField(max_length=120, unique=True)
    is_active = models.BooleanField("in use", default=True)
    segment = models.CharField(max_length=80, blank=True, editable=False)
    tree = models.JSONField(default=dict, blank=True, editable=False)
    territory = models.ForeignKey(
        "crm.Territory", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="in territory"
    )
    countries = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    sources = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    product = models.ForeignKey(
        "orders.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="interest"
    )
    least_score = models.SmallIntegerField(
        "score at least", null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    way = models.CharField("whose turn", max_length=16, choices=Way, default=Way.ROUND_ROBIN)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", through="leads.AllocationTurn")
    by_territory = models.BooleanField("only who looks after its territory", default=False)
    by_language = models.BooleanField("only who speaks its language", default=False)
    respond_minutes = models.PositiveIntegerField(
        "first touch within, minutes", null=True, blank=True, validators=[MinValueValidator(5)]
    )
    reassigns = models.BooleanField("goes to the next one when the time is missed", default=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("leads:rule_update", self.pk)


class AllocationTurn(models.Model):
    """A person of a rule, and when it was last their turn."""

    rule = models.ForeignKey(AllocationRule, on_delete=models.CASCADE, related_name="turns")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    last_at = models.DateTimeField(null=True, editable=False)
    order = models.BigIntegerField(default=0, editable=False)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["rule", "user"], name="leads_turn_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.rule}"


class Intake(models.Model):
    """How a colleague takes leads: how many at once, in which languages, on which days and hours, and when not."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="intake")
    capacity = models.PositiveIntegerField(
        "open leads at most", null=True, blank=True, help_text="Empty: as many as come."
    )
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    workdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    works_from = models.TimeField(null=True, blank=True)
    works_until = models.TimeField(null=True, blank=True)
    away_from = models.DateField(null=True, blank=True)
    away_until = models.DateField("away until (the last day)", null=True, blank=True)

    access = AccessPaths(owner="user", team="user__team")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["user__name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(works_from=None) | Q(works_until=None) | Q(works_until__gt=F("works_from")),
                name="leads_intake_hours",
                violation_error_message="Work ends after it begins.",
            ),
            models.CheckConstraint(
                condition=Q(away_from=None) | Q(away_until=None) | Q(away_until__gte=F("away_from")),
                name="leads_intake_away",
                violation_error_message="The last day away lies after the first.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    def get_absolute_url(self) -> str:
        return path_of("leads:intake_update", self.pk)

    def is_away(self, day: dt.date) -> bool:
        if self.away_from is None and self.away_until is None:
            return False
        return (self.away_from is None or self.away_from <= day) and (self.away_until is None or day <= self.away_until)

    def works_on(self, day: dt.date) -> bool:
        return not self.is_away(day) and (not self.workdays or day.isoweekday() in self.workdays)

    def works_at(self, moment: dt.datetime) -> bool:
        """Whether this moment, in the zone of the person, is one of work."""
        time = moment.time()
        return (
            self.works_on(moment.date())
            and (self.works_from is None or self.works_from <= time)
            and (self.works_until is None or time < self.works_until)
        )


class LeadAssignment(models.Model):
    """Who got a lead, by which rule, and why, in words. Rows are only added."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="assignments")
    rule = models.ForeignKey(AllocationRule, null=True, on_delete=models.SET_NULL, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    owner_before = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    why = models.CharField(max_length=300)
    is_missed = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="lead", parent="leads.lead")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["lead", "-at", "-id"], name="leads_assignment_lead")]

    def __str__(self) -> str:
        return self.why
