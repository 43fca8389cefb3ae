"""How many leads came in by day, and how far they came: kept by triggers, read by the tracking page."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.kept_sums.fields import UNBOUND


class LeadSum(models.Model):
    """A part of what all leads of a group come to: all rows of a group together are its sum (`leads.sums`).

    By `kind`: `total`, by the day of coming in; `source`, `list`, `owner`, by that, too. `total+`, `source+` and so on
    are by one more: `step`, in which the time to the first touch is counted; `leads` are those touched so soon.
    """

    kind = models.CharField(max_length=12)
    day = models.DateField()
    source = models.CharField(max_length=120, null=True)
    list_name = models.CharField(max_length=120, null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, **UNBOUND)
    step = models.IntegerField(null=True)
    leads = models.BigIntegerField()
    contacted = models.BigIntegerField()
    qualified = models.BigIntegerField()
    converted = models.BigIntegerField()
    lost = models.BigIntegerField()
    clocked = models.BigIntegerField()
    in_time = models.BigIntegerField()
    key = models.BigIntegerField()
    is_folded = models.BooleanField()

    access = AccessPaths(owner="owner", parent="leads.lead")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            # read in the order in which it is asked for, without the table
            models.Index(
                fields=["kind", "day"],
                include=[
                    "source",
                    "list_name",
                    "owner",
                    "step",
                    "leads",
                    "contacted",
                    "qualified",
                    "converted",
                    "lost",
                    "clocked",
                    "in_time",
                ],
                name="leads_sum_kind",
            ),
            models.Index(fields=["key"], condition=models.Q(is_folded=False), name="leads_sum_new"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}: {self.leads} leads"
