"""What the forecast says of each open deal, and what it said on earlier days."""

from __future__ import annotations

from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths

MONTHS_AHEAD = 6


class DealForecast(models.Model):
    """An open deal's chance to be won by the end of the running month and of each of the next ones, what it would bring
    (in the company's currency), and `rate`, the share of won deals of its product so far. Built anew by each run and
    swapped in."""

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
