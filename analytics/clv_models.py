"""What each customer will bring: one row a customer, as `analytics.models` has for the other scores."""

from __future__ import annotations

from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class ClvScore(models.Model):
    """What one customer will bring, as of the last run; empty where the models could not be fitted.

    `x`, `t_x`, `age` (T of the papers): repeat purchase days, weeks from the first purchase to the last one and to the
    day of as-of. The money of the coming months is `clv`, discounted, with its predictive interval; `expected_value` is
    that of a purchase. `historic_profit` is empty where no order has a known rate. The table is built anew by each run
    and swapped in.
    """

    contact = models.OneToOneField(
        "contacts.Contact",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="lifetime",
        db_constraint=False,
    )
    run_id = models.BigIntegerField()
    as_of = models.DateField()
    x = models.IntegerField()
    t_x = models.FloatField()
    age = models.FloatField()
    last_purchase_on = models.DateField()
    days_quiet = models.IntegerField()
    p_alive = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    expected_purchases = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    expected_value = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    clv = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    clv_low = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    clv_high = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    next_purchase_on = models.DateField(null=True)
    historic_profit = models.DecimalField(max_digits=18, decimal_places=2, null=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["clv", "contact"], name="analytics_clv_clv"),
            models.Index(fields=["p_alive", "contact"], name="analytics_clv_alive"),
            models.Index(fields=["expected_purchases", "contact"], name="analytics_clv_expected"),
            models.Index(fields=["next_purchase_on", "contact"], name="analytics_clv_next"),
            models.Index(fields=["historic_profit", "contact"], name="analytics_clv_profit"),
            # the customers behind a cell of the map, the most valuable first
            models.Index(fields=["x", "days_quiet", "clv", "contact"], name="analytics_clv_cell"),
        ]

    def __str__(self) -> str:
        return f"{self.clv} ({self.clv_low} to {self.clv_high})"
