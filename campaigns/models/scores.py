"""Chances to respond to campaigns, and uplifts. The tables are built anew by each run and swapped in."""

from __future__ import annotations

from django.db import models

from campaigns.choices import Moved
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class ResponseScore(models.Model):
    """How likely one contact is to respond when a campaign reaches it, learned from past campaigns, as of the last run.

    `better_than` is the share of contacts with a lower chance; `reasons` as in `analytics.ChurnScore`.
    """

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="propensity", db_constraint=False
    )
    probability = models.FloatField()
    better_than = models.FloatField()
    reasons = models.JSONField(default=list)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["probability", "contact"], name="campaigns_response_probability")]

    def __str__(self) -> str:
        return f"{self.probability:.0%}"


class UpliftScore(models.Model):
    """By how much a campaign like the one that was learned from raises the chance of a contact to respond, as of the
    last run: `uplift` (0.05: five points) on top of `base`, the chance without it.

    `better_than` is the share of contacts with a smaller uplift; `reasons` as in `analytics.ChurnScore`, in points of
    uplift.
    """

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="uplift", db_constraint=False
    )
    uplift = models.FloatField()
    base = models.FloatField()
    moved = models.CharField(max_length=12, choices=Moved)
    better_than = models.FloatField()
    reasons = models.JSONField(default=list)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["uplift", "contact"], name="campaigns_uplift_uplift"),
            models.Index(fields=["moved", "contact"], name="campaigns_uplift_moved"),
        ]

    def __str__(self) -> str:
        return f"{self.get_moved_display()}: {100 * self.uplift:+.1f} points"
