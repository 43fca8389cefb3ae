"""Customers who ended, and what was tried to win them back."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from service.defectors.choices import AttemptWay, DefectionReason, DefectionSource, DefectionState
from service.models.tickets import Ticket


class Defection(models.Model):
    """That a customer ended, on a day, as far as we know why.

    `worth_amount` is what they brought in the year before, in the company's currency: by it the list is worked through.
    Kept by the actions: the state, `result_on` (set with a result, empty before), `tried_at` (the first attempt).
    """

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="defections", verbose_name="customer")
    source = models.CharField(max_length=12, choices=DefectionSource, default=DefectionSource.HAND, editable=False)
    ended_on = models.DateField("ended")
    reason = models.CharField(max_length=12, choices=DefectionReason, blank=True, default="")
    words = models.TextField("what they say", max_length=4_000, blank=True, default="")
    subscription = models.ForeignKey(
        "orders.Subscription", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="defections", editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="defections"
    )
    worth_amount = models.DecimalField("worth a year", max_digits=18, decimal_places=2, default=0, editable=False)
    state = models.CharField(max_length=8, choices=DefectionState, default=DefectionState.OPEN, editable=False)
    tried_at = models.DateTimeField(null=True, blank=True, editable=False)
    result_on = models.DateField("result", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-ended_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(result_on=None), name="service_defection_one_unsettled"
            ),
        ]
        indexes = [
            models.Index(fields=["-worth_amount", "-id"], name="service_defection_worth"),
            models.Index(fields=["-ended_on", "-id"], name="service_defection_ended"),
            models.Index(fields=["contact", "-ended_on"], name="service_defection_contact"),
            models.Index(fields=["ticket"], condition=Q(ticket__isnull=False), name="service_defection_ticket"),
        ]

    def __str__(self) -> str:
        return str(self.contact)

    def get_absolute_url(self) -> str:
        return path_of("service:defection_detail", self.pk)

    @property
    def is_settled(self) -> bool:
        return self.result_on is not None


class WinBackAttempt(models.Model):
    """One attempt to win a customer back. Rows are only ever added; the database lets nothing else happen."""

    defection = models.ForeignKey(Defection, on_delete=models.PROTECT, related_name="attempts")
    way = models.CharField(max_length=8, choices=AttemptWay, default=AttemptWay.PHONE)
    offer = models.CharField("what we offered", max_length=200, blank=True, default="")
    cost_amount = models.DecimalField(
        "what the offer costs us", max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    words = models.TextField("what came of it", max_length=4_000, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="defection__contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["defection", "-at", "-id"], name="service_winback_of")]

    def __str__(self) -> str:
        return self.offer or self.get_way_display()
