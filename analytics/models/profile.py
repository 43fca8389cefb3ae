"""Where each customer stands in the tree that tells the best customers from the others."""

from __future__ import annotations

from django.db import models

from analytics.models.scores import CustomerScore


class ProfileScore(CustomerScore):
    """The leaf of one customer, by its rule in words, and the share of the best among the customers of that leaf.
    Built anew by each run and swapped in."""

    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="profile", db_constraint=False
    )
    rule = models.CharField(max_length=400)
    share = models.FloatField()

    class Meta(CustomerScore.Meta):
        abstract = False
        indexes = [models.Index(fields=["rule", "contact"], name="analytics_profile_by_rule")]

    def __str__(self) -> str:
        return self.rule
