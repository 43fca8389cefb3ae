"""Where each contact stands with us, as of the last run: its rung of the ladder of loyalty."""

from __future__ import annotations

from django.db import models

from analytics.choices import Evidence, Rung
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class LadderScore(models.Model):
    """The highest rung that one contact has reached, and by what: `evidence`, the day of it where it has one, and how
    many (purchase days, referrals that bought). Built anew by each run and swapped in."""

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="ladder", db_constraint=False
    )
    rung = models.CharField(max_length=12, choices=Rung)
    evidence = models.CharField(max_length=16, choices=Evidence)
    evidence_on = models.DateField(null=True)
    count = models.IntegerField(default=1)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["rung", "contact"], name="analytics_ladder_rung")]

    def __str__(self) -> str:
        return self.get_rung_display()
