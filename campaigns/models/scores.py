"""Chances to respond to campaigns. The table is built anew by each run and swapped in."""

from __future__ import annotations

from django.db import models

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
