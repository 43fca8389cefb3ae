"""What the forecast says of each open deal, and what it said on earlier days."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.kept_sums.fields import UNBOUND

MONTHS_AHEAD = 6


class DealForecast(models.Model):
    """An open deal's chance to be won by the end of the running month and of each of the next ones, what it would bring
    (in the company's currency), and `rate`, the share of won deals of its product so far. Written anew by each
    run."""

    deal = models.OneToOneField(
        "pipeline.Deal", primary_key=True, on_delete=models.CASCADE, related_name="forecast", db_constraint=False
    )
    run_id = models.BigIntegerField()
    as_of = models.DateField()
    worth = models.FloatField()
    rate = models.FloatField()
    month_1 = models.FloatField()
    month_2 = models.FloatField()
    month_3 = models.FloatField()
    month_4 = models.FloatField()
    month_5 = models.FloatField()
    month_6 = models.FloatField()

    access = AccessPaths(through="deal", parent="pipeline.deal")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["deal"]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.month_3:.0%} within three months"


class ForecastSum(models.Model):
    """A part of what the chances of the open deals of a group come to: all rows of a group together are its sum, kept
    by triggers (`analytics.forecast_sums`). The kinds are those of `pipeline.DealSum`. `rated`: worth times the share
    of won deals of the product; `unrated`: the worth of the deals that no run knows yet; `month_1` and on: what the
    deals are expected to bring by the end of the running month and of each of the next ones."""

    kind = models.CharField(max_length=12)
    stage = models.ForeignKey("pipeline.Stage", **UNBOUND)
    product = models.ForeignKey("orders.Product", **UNBOUND)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, **UNBOUND)
    team = models.ForeignKey("crm.Team", **UNBOUND)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, **UNBOUND)
    day = models.DateField(null=True)
    rated = models.DecimalField(max_digits=28, decimal_places=6)
    unrated = models.DecimalField(max_digits=28, decimal_places=6)
    month_1 = models.DecimalField(max_digits=28, decimal_places=6)
    month_2 = models.DecimalField(max_digits=28, decimal_places=6)
    month_3 = models.DecimalField(max_digits=28, decimal_places=6)
    month_4 = models.DecimalField(max_digits=28, decimal_places=6)
    month_5 = models.DecimalField(max_digits=28, decimal_places=6)
    month_6 = models.DecimalField(max_digits=28, decimal_places=6)
    key = models.BigIntegerField()
    is_folded = models.BooleanField()

    access = AccessPaths(owner="owner", team="team", parent="pipeline.deal")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["kind"], name="analytics_sum_kind"),
            models.Index(fields=["key"], condition=models.Q(is_folded=False), name="analytics_sum_new"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}: {self.month_3} within three months"


class SnapshotSpan(models.TextChoices):
    """Of which days a snapshot speaks."""

    AHEAD = "ahead", "The three months from that day"
    MONTH = "month", "A month"
    QUARTER = "quarter", "A quarter"


class ForecastSnapshot(models.Model):
    """What a method said on a day that the days from `starts_on` would come to, in the company's currency: the three
    months ahead, a calendar month, a calendar quarter (what was won in it so far with it). Rows are only ever added;
    the error of a method over time is read from them once the days are over."""

    taken_on = models.DateField()
    span = models.CharField(max_length=8, choices=SnapshotSpan, default=SnapshotSpan.AHEAD)
    starts_on = models.DateField()
    method = models.CharField(max_length=16)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    run_id = models.BigIntegerField()

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_on", "method"]
        constraints = [
            models.UniqueConstraint(
                fields=["span", "starts_on", "taken_on", "method"], name="analytics_snapshot_of_span_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.method}, {self.get_span_display()} from {self.starts_on}, as of {self.taken_on}: {self.amount}"
