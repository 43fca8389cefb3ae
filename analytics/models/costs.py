"""What serving costs: the pools of costs with their drivers, and what each customer cost as of the last run."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from analytics.models.scores import CustomerScore
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class CostPool(models.Model):
    """A pool of activity-based costing, in the company's currency: what a year of an activity costs, shared out by the
    counts of its driver, or at once a rate for each. `driver` is a name of `analytics.costs.drivers`."""

    position = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=60, unique=True)
    driver = models.CharField(max_length=20)
    rate = models.DecimalField(
        max_digits=14, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    annual_amount = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rate=None, annual_amount__isnull=False) | Q(rate__isnull=False, annual_amount=None),
                name="analytics_costpool_one_way",
                violation_error_message="Give either a rate for each or the amount of a year.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CostScore(CustomerScore):
    """What one customer cost to serve in the months up to as-of, and what was left of their contribution.

    `counts` are those of the drivers, by name; `cost_to_serve` is the sum of rate x count. `contribution` is revenue
    less cost of goods, returns taken off, empty where a cost is not known; `profit` is contribution less cost to serve.
    Built anew by each run and swapped in.
    """

    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="serving", db_constraint=False
    )
    counts = models.JSONField(default=dict)
    cost_to_serve = models.DecimalField(max_digits=18, decimal_places=2)
    contribution = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    profit = models.DecimalField(max_digits=18, decimal_places=2, null=True)

    class Meta(CustomerScore.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["cost_to_serve", "contact"], name="analytics_cost_to_serve"),
            models.Index(fields=["profit", "contact"], name="analytics_cost_profit"),
        ]

    def __str__(self) -> str:
        return str(self.cost_to_serve)
