"""What a rep is told that a customer may buy, or that they drift away; and what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from analytics.choices import AlertKind, AlertReason, AlertState
from crm.access import VisibleQuerySet
from crm.choices import Verb
from crm.field_rights import hides
from crm.grants import AccessPaths
from crm.models import User
from crm.paths import path_of

OPEN = (AlertState.NEW, AlertState.SNOOZED)
# kinds that are told to nobody from whom the field is hidden
HIDDEN_WITH = {AlertKind.MARGIN: "orders.product.unit_cost", AlertKind.NEXT: "analytics.nextscore.item"}


class SellAlertQuerySet(VisibleQuerySet["SellAlert"]):
    """Alerts; those that are held back as the control are nobody's to see, whatever their role. A falling margin is
    told to nobody from whom costs are hidden: its worth alone would say what a sale leaves; what comes next to nobody
    from whom what is in line is hidden: the offer is a product of it."""

    def visible_to(self, user: User | None, verb: str = Verb.VIEW) -> Self:
        rows = super().visible_to(user, verb)
        if user is None:
            return rows
        rows = rows.filter(is_held_back=False)
        hidden = [kind for kind, field in HIDDEN_WITH.items() if hides(user, field)]
        return rows.exclude(kind__in=hidden) if hidden else rows

    def waiting(self, today: dt.date) -> Self:
        """Not answered yet: new ones, and those that were put off to a day that has come."""
        return self.filter(Q(state=AlertState.NEW) | Q(state=AlertState.SNOOZED, snoozed_until__lte=today))


class SellAlert(models.Model):
    """One reason to talk to a customer, as of `made_on`, by the run `run_id`.

    `product` is what to offer (none where a customer drifts away), `instead_of` what it is made out by. `evidence` has
    the figures (`analytics.alerts.words` says them), `chance` the share of such customers who did it, `expected_value`
    the money, in the company's currency, times that chance. One in ten, drawn at random, `is_held_back`: nobody sees
    it, and what those customers buy is the measure of what the others brought. `outcome_on`: the first day within 90 on
    which the customer bought it (anything, where they drifted away; at the margin of before, where that fell), for
    `outcome_amount`."""

    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="sell_alerts")
    kind = models.CharField(max_length=8, choices=AlertKind)
    product = models.ForeignKey(
        "orders.Product", null=True, blank=True, on_delete=models.CASCADE, related_name="sell_alerts"
    )
    instead_of = models.ForeignKey("orders.Product", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    evidence = models.JSONField(default=dict)
    chance = models.FloatField()
    expected_value = models.DecimalField(max_digits=18, decimal_places=2)
    is_held_back = models.BooleanField(default=False)
    made_on = models.DateField()
    run_id = models.BigIntegerField()
    state = models.CharField(
        max_length=12, choices=AlertState, default=AlertState.NEW, db_default=AlertState.NEW, editable=False
    )
    snoozed_until = models.DateField(null=True, blank=True)
    reason = models.CharField("why not", max_length=12, choices=AlertReason, blank=True, default="", db_default="")
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    outcome_on = models.DateField(null=True, blank=True, editable=False)
    outcome_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True, editable=False)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = SellAlertQuerySet.as_manager()

    class Meta:
        ordering = ["-expected_value", "-id"]
        verbose_name = "selling alert"
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "kind", "product"],
                condition=Q(state__in=OPEN),
                nulls_distinct=False,
                name="analytics_alert_once",
            ),
        ]
        indexes = [
            models.Index(fields=["-expected_value", "-id"], name="analytics_alert_value"),
            models.Index(
                fields=["contact", "-expected_value"],
                condition=Q(state__in=OPEN, is_held_back=False),
                name="analytics_alert_open",
            ),
            models.Index(fields=["made_on"], name="analytics_alert_made"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return path_of("analytics:alert_detail", self.pk)

    @property
    def title(self) -> str:
        """`Offer Museum glass`; what to do, in a few words."""
        if self.kind == AlertKind.DRIFT:
            return "Call before they are gone"
        if self.kind == AlertKind.MARGIN:
            return "Talk about prices: the margin falls"
        return f"Offer {self.product}" if self.product_id else "Make an offer"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def facts(self, name: str, default: Any = None) -> Any:
        """A figure of the evidence."""
        return self.evidence.get(name, default)
