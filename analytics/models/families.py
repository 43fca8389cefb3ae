"""Which family of products each customer is likely to buy, and when the next purchase of each is expected."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from analytics.models.scores import CustomerScore


class FamilyScore(CustomerScore):
    """The chances of one customer to buy each family within the days of the run, and the days by which the next
    purchases come with an even chance.

    `family` is the likeliest, with its `chance`; `due` the one expected first, on `due_on`. `chances` holds the
    likeliest families, each as {family, chance, reasons}, reasons as in `ChurnScore`; `expected` those bought before,
    each as {family, on}. `levels` says how high each chance is (`Frames:20` for at least 20 %), `waits` how soon each
    purchase is expected (`Frames:30` for within 30 days). Empty where no family could be shown. Built anew by each run
    and swapped in.
    """

    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="buying", db_constraint=False
    )
    family = models.CharField(max_length=200, blank=True)
    chance = models.FloatField(null=True)
    due = models.CharField(max_length=200, blank=True)
    due_on = models.DateField(null=True)
    chances = models.JSONField(default=list)
    expected = models.JSONField(default=list)
    levels = ArrayField(models.CharField(max_length=210), default=list)
    waits = ArrayField(models.CharField(max_length=210), default=list)

    class Meta(CustomerScore.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["family", "contact"], name="analytics_family_by_family"),
            models.Index(fields=["chance", "contact"], name="analytics_family_by_chance"),
            models.Index(fields=["due_on", "contact"], name="analytics_family_by_due"),
            GinIndex(fields=["levels"], name="analytics_family_levels"),
            GinIndex(fields=["waits"], name="analytics_family_waits"),
        ]

    def __str__(self) -> str:
        return self.family or self.due
