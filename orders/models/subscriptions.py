"""Contracts of customers, and the terms they were renewed for."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.models.company import currency_code
from crm.paths import path_of
from orders.choices import SubscriptionState


class Subscription(models.Model):
    """A contract of a customer with a start, perhaps an end (its last day), and what it brings a month.

    Who it is when a file comes again: its external id; without one the contact, the plan and the start. A source that
    tells a length (`tenure_months`) instead of dates is counted back from the day of its first import.
    """

    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="subscriptions")
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    plan = models.CharField(max_length=120, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True, help_text="The last day; empty while it runs.")
    tenure_months = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="As the source said it, where it told a length instead of a start.",
    )
    monthly_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, validators=[currency_code])
    term_months = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1200)],
        help_text="How long it runs each time.",
    )
    renews_on = models.DateField(null=True, blank=True, help_text="The first day of the next term.")
    auto_renews = models.BooleanField(
        "renews by itself", default=False, db_default=False, help_text="A term is added on the day, without a word."
    )
    cancelled_on = models.DateField(null=True, blank=True, help_text="The day they said so.")
    cancel_reason = models.CharField(max_length=200, blank=True)
    # the day of renewal, and the last day, that its owner was told of
    renewal_told_for = models.DateField(null=True, blank=True, editable=False)
    end_told_for = models.DateField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "plan", "started_on"],
                condition=models.Q(external_id=None),
                name="orders_subscription_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("started_on")),
                name="orders_subscription_ends_after_its_start",
                violation_error_message="It cannot end before it starts.",
            ),
        ]
        indexes = [
            models.Index(fields=["-started_on", "-id"], name="orders_subscription_started"),
            models.Index(fields=["ended_on"], name="orders_subscription_ended"),
            models.Index(
                fields=["renews_on"], condition=models.Q(renews_on__isnull=False), name="orders_subscription_renews"
            ),
        ]

    def __str__(self) -> str:
        return self.plan or "Subscription"

    def get_absolute_url(self) -> str:
        return path_of("orders:subscription_detail", self.pk)

    def state_on(self, day: dt.date) -> SubscriptionState:
        """How it stood on that day: running, cancelled (with its end still to come), or ended."""
        if self.ended_on is not None and self.ended_on < day:
            return SubscriptionState.ENDED
        if self.ended_on is not None or self.cancelled_on is not None:
            return SubscriptionState.CANCELLED
        return SubscriptionState.RUNNING


class SubscriptionRenewal(models.Model):
    """A term that was added to a contract: from when, until the next renewal, and what it brings a month."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="renewals")
    starts_on = models.DateField()
    renews_on = models.DateField(help_text="The first day of the term after it.")
    monthly_amount = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="subscription__contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "starts_on"], name="orders_renewal_once"),
            models.CheckConstraint(
                condition=models.Q(renews_on__gt=models.F("starts_on")), name="orders_renewal_has_a_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.renews_on}"
