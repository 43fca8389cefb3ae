"""The scores month by month, and who moved between segments."""

from __future__ import annotations

from django.db import models

from analytics.choices import Usage
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class ScoreHistory(models.Model):
    """The scores of a customer as they stood at the end of a month; written once, never changed by later runs.

    The one index is its key, months first: a month is read and written in one piece, and the few months of one
    customer are looked up one by one.
    """

    pk = models.CompositePrimaryKey("month_end", "contact_id")
    month_end = models.DateField()
    contact = models.ForeignKey(
        "contacts.Contact",
        on_delete=models.CASCADE,
        related_name="score_history",
        db_constraint=False,
        db_index=False,
    )
    run_id = models.BigIntegerField()
    recency_days = models.IntegerField()
    frequency = models.IntegerField()
    monetary = models.DecimalField(max_digits=18, decimal_places=2)
    r = models.SmallIntegerField()
    f = models.SmallIntegerField()
    m = models.SmallIntegerField()
    segment = models.CharField(max_length=40, blank=True)
    usage_level = models.CharField(max_length=12, choices=Usage)
    p_alive = models.FloatField(null=True)
    clv = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    churn_probability = models.FloatField(null=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "score history"

    def __str__(self) -> str:
        return f"{self.contact_id} at the end of {self.month_end}"


class SegmentMove(models.Model):
    """Customers who went from one segment to another between the end of the month before and `month_end`.

    `before` is empty for who had no score yet; `after` is empty for scores that fit no segment.
    """

    month_end = models.DateField()
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40, blank=True)
    is_new = models.BooleanField()
    customers = models.IntegerField()

    class Meta:
        ordering = ["month_end", "-customers"]
        constraints = [
            models.UniqueConstraint(fields=["month_end", "before", "after", "is_new"], name="analytics_move_once")
        ]

    def __str__(self) -> str:
        return f"{self.before or 'new'} to {self.after} by {self.month_end}"
