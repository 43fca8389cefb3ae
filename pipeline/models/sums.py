"""What deals come to by group: kept by triggers, read by the boards and the forecast."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.kept_sums.fields import UNBOUND
from pipeline.choices import Outcome


class DealSum(models.Model):
    """A part of what the deals of a group come to: all rows of a group together are its sum (`pipeline.sums`).

    By `kind`: `board`, open deals by stage, currency and day of coming into the stage, for all together; `board_of`,
    the same by owner and team; `months`, open deals by stage, product and the month they are expected in, won ones by
    that of closing, for all together; `months_of`, the same by owner and team without the product, as far as colleagues
    have no share in them, and `shared`, the parts that `person` has. `worth` and what follows is in the company's
    currency, `own` in that of the deals.
    """

    kind = models.CharField(max_length=12)
    outcome = models.CharField(max_length=8, choices=Outcome)
    stage = models.ForeignKey("pipeline.Stage", **UNBOUND)
    currency = models.CharField(max_length=3, null=True)
    product = models.ForeignKey("orders.Product", **UNBOUND)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, **UNBOUND)
    team = models.ForeignKey("crm.Team", **UNBOUND)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, **UNBOUND)
    day = models.DateField(null=True)
    deals = models.DecimalField(max_digits=20, decimal_places=4)
    worth = models.DecimalField(max_digits=28, decimal_places=6)
    own = models.DecimalField(max_digits=28, decimal_places=6)
    commit = models.DecimalField(max_digits=28, decimal_places=6)
    best_case = models.DecimalField(max_digits=28, decimal_places=6)
    expected = models.DecimalField(max_digits=28, decimal_places=6)
    key = models.BigIntegerField()
    is_folded = models.BooleanField()

    access = AccessPaths(owner="owner", team="team", parent="pipeline.deal")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["kind", "outcome", "day"], name="pipeline_sum_kind"),
            models.Index(fields=["key"], condition=models.Q(is_folded=False), name="pipeline_sum_new"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}: {self.deals} deals"
