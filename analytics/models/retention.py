"""Retention by period and cohorts."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from analytics.periods import Period, PeriodKind

LONGEST_VALUE = 120  # of a dimension of retention; names of products are cut to it


class RetentionRate(models.Model):
    """Who was active at the start of a period and who bought in it, of one value of one dimension ('': in total).

    `sales` and `profit` are of the period before, of all active at the start and of those retained (`_kept`);
    `sales_now` is this period's of those retained. Money is in the company's currency. Profit is empty where the cost
    of an order is not known. Written by one step in one transaction, replaced as a whole.
    """

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    period = models.CharField(max_length=8, choices=PeriodKind)
    start = models.DateField()
    end = models.DateField()
    is_partial = models.BooleanField()
    dimension = models.CharField(max_length=12, blank=True)
    value = models.CharField(max_length=LONGEST_VALUE, blank=True)
    active_at_start = models.IntegerField()
    retained = models.IntegerField()
    sales = models.DecimalField(max_digits=24, decimal_places=4)
    sales_kept = models.DecimalField(max_digits=24, decimal_places=4)
    sales_now = models.DecimalField(max_digits=24, decimal_places=4)
    profit = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    profit_kept = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    largest_sale = models.DecimalField(max_digits=24, decimal_places=4, default=0)
    without_rate = models.IntegerField(default=0)

    class Meta:
        ordering = ["start", "dimension", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "dimension", "value", "start"],
                name="analytics_retention_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.before} to {Period(self.start, self.period)} {self.dimension} {self.value}".strip()

    @property
    def before(self) -> Period:
        """The period whose customers are asked for."""
        return Period(self.start, self.period).previous

    @property
    def name(self) -> Period:
        """The period itself."""
        return Period(self.start, self.period)

    @property
    def raw(self) -> float | None:
        return self.retained / self.active_at_start if self.active_at_start else None

    @property
    def churn(self) -> float | None:
        return None if self.raw is None else (self.active_at_start - self.retained) / self.active_at_start

    @property
    def sales_adjusted(self) -> float | None:
        return _share(self.sales_kept, self.sales)

    @property
    def net_revenue(self) -> float | None:
        return _share(self.sales_now, self.sales)

    @property
    def profit_adjusted(self) -> float | None:
        return None if self.profit is None or self.profit_kept is None else _share(self.profit_kept, self.profit)


def _share(part: Decimal, whole: Decimal) -> float | None:
    """A share of a sum that is above zero; of none or of less there is none to tell."""
    return float(part / whole) if whole > 0 else None


class CohortCount(models.Model):
    """Of the customers who first bought in the period `cohort`, those who bought `age` periods later."""

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    period = models.CharField(max_length=8, choices=PeriodKind)
    cohort = models.DateField()
    age = models.IntegerField()
    customers = models.IntegerField()

    class Meta:
        ordering = ["cohort", "age"]
        constraints = [
            models.UniqueConstraint(fields=["period", "cohort", "age"], name="analytics_cohort_once"),
        ]

    def __str__(self) -> str:
        return f"{Period(self.cohort, self.period)} + {self.age}"
