"""How much of what a customer says they spend is spent with us, as of the last run."""

from __future__ import annotations

from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class WalletScore(models.Model):
    """The share of wallet of one customer: `our_amount`, what they bought of us in the 365 days up to the day of their
    last answer, over `said_amount`, what they said there that they spend a year with everybody; both in the company's
    currency. Both, and `share`, are empty where they are not known; a `said_amount` of 0 has no share. Built anew by
    each run and swapped in."""

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="wallet", db_constraint=False
    )
    said_on = models.DateField()
    said_amount = models.DecimalField(max_digits=18, decimal_places=2)
    our_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    share = models.FloatField(null=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["share", "contact"], name="analytics_wallet_share")]

    def __str__(self) -> str:
        return "unknown" if self.share is None else f"{self.share:.0%}"
