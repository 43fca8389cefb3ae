"""Which customers buy alike: the cluster of each, as of the last run."""

from __future__ import annotations

from django.db import models

from analytics.models.scores import CustomerScore


class ClusterScore(CustomerScore):
    """The cluster of one customer, by its name of that run, and how far from its middle the customer is.

    `distance` is in standard deviations of the features. `reasons` holds the features in which the customer differs
    most from all, each as [name, value, median of all]. Built anew by each run and swapped in.
    """

    contact = models.OneToOneField(
        "contacts.Contact",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="cluster",
        db_constraint=False,
    )
    name = models.CharField(max_length=120)
    distance = models.FloatField()
    reasons = models.JSONField(default=list)

    class Meta(CustomerScore.Meta):
        abstract = False
        indexes = [models.Index(fields=["name", "distance", "contact"], name="analytics_cluster_by_name")]

    def __str__(self) -> str:
        return self.name
