"""The scores: one row a customer and step. Each table is built anew by its run and swapped in."""

from __future__ import annotations

from django.db import models

from analytics.choices import RiskBand, Usage
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class CustomerScore(models.Model):
    """What every score has: of which run it is, as of which day; seen by who may see the customer."""

    run_id = models.BigIntegerField()
    as_of = models.DateField()

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        abstract = True


class RfmScore(CustomerScore):
    """Recency, frequency and monetary value of one customer as of the last run, with its scores 1 to 5.

    The table is built anew by each run and swapped in, so nothing else writes it and readers never wait.
    """

    contact = models.OneToOneField(
        "contacts.Contact",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="rfm",
        db_constraint=False,
    )
    last_purchase_on = models.DateField()
    recency_days = models.IntegerField()
    frequency = models.IntegerField()
    monetary = models.DecimalField(max_digits=18, decimal_places=2)
    r = models.SmallIntegerField()
    f = models.SmallIntegerField()
    m = models.SmallIntegerField()
    segment = models.CharField(max_length=40, blank=True)
    tone = models.CharField(max_length=8, blank=True)
    first_purchase_on = models.DateField()
    purchases_365 = models.IntegerField()
    usage_level = models.CharField(max_length=12, choices=Usage)

    class Meta(CustomerScore.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["usage_level", "monetary", "contact"], name="analytics_rfm_by_usage"),
            models.Index(fields=["monetary", "contact"], name="analytics_rfm_monetary"),
            models.Index(fields=["recency_days", "contact"], name="analytics_rfm_recency"),
            models.Index(fields=["frequency", "contact"], name="analytics_rfm_frequency"),
            # the customers behind a figure, best first
            models.Index(fields=["r", "f", "monetary", "contact"], name="analytics_rfm_cell"),
            models.Index(fields=["f", "monetary", "contact"], name="analytics_rfm_by_f"),
            models.Index(fields=["m", "monetary", "contact"], name="analytics_rfm_by_m"),
            models.Index(fields=["segment", "monetary", "contact"], name="analytics_rfm_by_segment"),
        ]

    def __str__(self) -> str:
        return f"{self.r}{self.f}{self.m}"


class LeadScore(models.Model):
    """How likely one lead is to become a customer, learned from what was known when it came in, as of the last run.

    Of a lead whose outcome is known it is what a model said that did not see the lead. `better_than` is the share of
    leads with a lower chance; `reasons` as in `ChurnScore`. Built anew by each run and swapped in.
    """

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    lead = models.OneToOneField(
        "leads.Lead", primary_key=True, on_delete=models.CASCADE, related_name="learned", db_constraint=False
    )
    probability = models.FloatField()
    better_than = models.FloatField()
    reasons = models.JSONField(default=list)

    access = AccessPaths(through="lead", parent="leads.lead")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["probability", "lead"], name="analytics_lead_probability")]

    def __str__(self) -> str:
        return f"{self.probability:.0%}"


class ProspectScore(models.Model):
    """How alike one contact that has bought nothing is to the best customers, by what was known of them before they
    bought, as of the last run: the chance that a customer like it is one of the best. `better_than` is the share of
    prospects that are less alike; `reasons` as in `ChurnScore`. Built anew by each run and swapped in.
    """

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="likeness", db_constraint=False
    )
    probability = models.FloatField()
    better_than = models.FloatField()
    reasons = models.JSONField(default=list)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["probability", "contact"], name="analytics_prospect_likeness")]

    def __str__(self) -> str:
        return f"{self.probability:.0%}"


class ClvScore(CustomerScore):
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

    class Meta(CustomerScore.Meta):
        abstract = False
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


class ChurnScore(CustomerScore):
    """How likely one customer is to leave in the next days, as of the last run, and what hangs on it.

    `value_at_risk` is the margin expected of the next days if the customer stays, times the probability; empty where no
    money is known. `reasons` holds the strongest features, each as [name, value, log-odds that it adds]. Built anew by
    each run and swapped in.
    """

    contact = models.OneToOneField(
        "contacts.Contact",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="churn",
        db_constraint=False,
    )
    probability = models.FloatField()
    band = models.CharField(max_length=8, choices=RiskBand)
    expected_margin = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    value_at_risk = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    reasons = models.JSONField(default=list)

    class Meta(CustomerScore.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["probability", "contact"], name="analytics_churn_probability"),
            models.Index(fields=["value_at_risk", "contact"], name="analytics_churn_at_risk"),
            models.Index(fields=["band", "value_at_risk", "contact"], name="analytics_churn_band"),
        ]

    def __str__(self) -> str:
        return f"{self.probability:.0%}"
