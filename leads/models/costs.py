"""What leads cost: the money spent on a source or a list in a time."""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of


class LeadCost(models.Model):
    """Money in the company's currency, spent evenly over the days from `starts_on` to `ends_on` on the leads of a
    source, of a list, or (both empty) on all."""

    source = models.CharField(max_length=120, blank=True)
    list_name = models.CharField("list", max_length=120, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2, validators=[MinValueValidator(0)])
    starts_on = models.DateField("from")
    ends_on = models.DateField("until (the last day)")
    note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="leads_cost_ends_after_its_start",
                violation_error_message="It cannot end before it starts.",
            )
        ]

    def __str__(self) -> str:
        return self.note or self.source or self.list_name or "Cost of leads"

    def get_absolute_url(self) -> str:
        return path_of("leads:cost_update", self.pk)
