"""What sending a campaign needs: whom it is for, the rules of the house, raw looks and clicks."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from campaigns.choices import HitKind
from campaigns.models.campaigns import Campaign
from campaigns.models.segments import Segment
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths

MOST_QUIET_DAYS = 200


class CampaignSegment(models.Model):
    """A segment that a campaign is for, or whose people it leaves out."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="audience")
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="campaigns")
    is_excluded = models.BooleanField(default=False)

    access = AccessPaths(through="campaign", parent="campaigns.campaign")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "segment"], name="campaigns_audience_once")]

    def __str__(self) -> str:
        return f"{'without ' if self.is_excluded else ''}{self.segment}"


class SendingRules(models.Model):
    """The rules of the house (one row, number 1): above what size a second person approves, how many campaigns reach
    one person in some days at most, and when none does. Hours and days are those of the clock where each person is."""

    approval_above = models.PositiveIntegerField("a second person approves above … people", default=1_000)
    most_mails = models.PositiveSmallIntegerField(
        "campaign mails to one person", default=4, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    in_days = models.PositiveSmallIntegerField(
        "in days", default=7, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )

    quiet_from = models.TimeField(
        "quiet from", null=True, blank=True, help_text="Such as 21:00, on the clock where each person is; empty: never."
    )
    quiet_until = models.TimeField("quiet until", null=True, blank=True, help_text="Such as 08:00.")
    quiet_weekends = models.BooleanField(
        "quiet on days off", default=False, help_text="Saturday and Sunday; where they are others, those."
    )
    quiet_days = ArrayField(
        models.DateField(), default=list, blank=True, verbose_name="quiet on",
        help_text="Holidays, between commas: 2026-12-25, 2026-12-26.",
    )  # fmt: skip

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "sending rules"
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until")),
                name="campaigns_rules_quiet_hours",
                violation_error_message="Quiet hours have a beginning and another end: give both, or neither.",
            ),
            models.CheckConstraint(
                condition=Q(quiet_days__len__lte=MOST_QUIET_DAYS),
                name="campaigns_rules_quiet_days",
                violation_error_message=f"At most {MOST_QUIET_DAYS} days: take those out that are over.",
            ),
        ]

    def __str__(self) -> str:
        return "Sending rules"


class Hit(models.Model):
    """One raw look at a mail or click in it, whoever or whatever it came from. Rows are only ever added; whether it was
    a person is told when it is counted (`is_bot`)."""

    recipient_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=HitKind)
    url = models.CharField(max_length=1_500, blank=True, default="")
    at = models.DateTimeField()
    user_agent = models.CharField(max_length=200, blank=True, default="")
    is_bot = models.BooleanField(default=False)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["recipient_id", "at"], name="campaigns_hit_recipient"),
            models.Index(fields=["campaign_id", "kind", "at"], name="campaigns_hit_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.recipient_id}"
