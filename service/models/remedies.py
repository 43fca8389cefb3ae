"""Compensation: what each role may give, what was given or asked for, and the ledger of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.choices import Role
from crm.grants import AccessPaths
from crm.models.company import currency_code
from crm.paths import path_of
from crm.templatetags.figures import money, plural
from service.models.tickets import Ticket
from service.remedies.choices import (
    SHIPPED_DAYS,
    SHIPPED_HOURS,
    SHIPPED_POINT_VALUE,
    Remedy,
    RemedyState,
    RemedyStep,
)

NO_LESS = MinValueValidator(0)
MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}
FREE = "In the company's currency; empty: without a limit."


class Empowerment(models.Model):
    """What a role may give without asking: at once, by each remedy; and to one customer in a calendar month, all
    remedies together. A role without a row has what the product ships (`SHIPPED_LIMITS`)."""

    role = models.CharField(max_length=16, choices=Role, unique=True)
    refund_amount = models.DecimalField("refund", **MONEY, null=True, blank=True, validators=[NO_LESS], help_text=FREE)
    credit_amount = models.DecimalField("credit", **MONEY, null=True, blank=True, validators=[NO_LESS], help_text=FREE)
    gift_amount = models.DecimalField("gift", **MONEY, null=True, blank=True, validators=[NO_LESS], help_text=FREE)
    points = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: without a limit.")
    month_amount = models.DecimalField(
        "to one customer in a month", **MONEY, null=True, blank=True, validators=[NO_LESS], help_text=FREE
    )

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["role"]
        verbose_name = "limit of compensation"
        verbose_name_plural = "limits of compensation"

    def __str__(self) -> str:
        return self.get_role_display()


class RemedyRules(models.Model):
    """One row: how long an approval may take, what a point costs the house, when a customer counts as back."""

    approval_hours = models.PositiveSmallIntegerField(
        default=SHIPPED_HOURS, validators=[MinValueValidator(1), MaxValueValidator(720)],
        help_text="Hours of the clock; what is not decided by then has ended, and nothing was given.",
    )  # fmt: skip
    point_value = models.DecimalField(
        "cost of a loyalty point", max_digits=8, decimal_places=4, default=SHIPPED_POINT_VALUE, validators=[NO_LESS],
        help_text="In the company's currency.",
    )  # fmt: skip
    bought_again_days = models.PositiveSmallIntegerField(
        "days in which a customer counts as back", default=SHIPPED_DAYS, validators=[MinValueValidator(1)]
    )

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "rules of compensation"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="service_remedyrules_one_row")]

    def __str__(self) -> str:
        return "Rules of compensation"


class Compensation(models.Model):
    """What a customer was given, or what somebody asked to give them, for a ticket.

    `amount` is money of the company's (`currency`), or `points` are loyalty points; `cost_amount` is what either costs
    the house. `asked_by` gave it or asked for it; who may approve stands in `CompensationApprover`, until `decide_by`.
    Kept by the actions: the state and its moments; what was given is the sum of the ledger (`CompensationEntry`).
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="compensations")
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="compensations", verbose_name="customer"
    )
    remedy = models.CharField(max_length=8, choices=Remedy)
    amount = models.DecimalField(**MONEY, null=True, blank=True)
    points = models.PositiveIntegerField(null=True, blank=True)
    cost_amount = models.DecimalField("cost", **MONEY, editable=False)
    currency = models.CharField(max_length=3, validators=[currency_code], editable=False)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=RemedyState, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="compensations",
        editable=False,
    )  # fmt: skip
    decide_by = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    granted_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    access = AccessPaths(through="ticket", parent="service.ticket")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(remedy=Remedy.POINTS, points__gt=0, amount=None)
                | (~Q(remedy=Remedy.POINTS) & Q(points=None, amount__gt=0)),
                name="service_compensation_money_or_points",
            ),
            models.CheckConstraint(
                condition=~Q(state=RemedyState.AWAITING) | Q(decide_by__isnull=False),
                name="service_compensation_waits_until",
            ),
        ]
        indexes = [
            models.Index(fields=["ticket", "-id"], name="service_compensation_ticket"),
            models.Index(fields=["contact", "-granted_at"], name="service_compensation_contact"),
            models.Index(fields=["-created_at", "-id"], name="service_compensation_newest"),
            models.Index(fields=["-granted_at", "-id"], name="service_compensation_granted"),
            models.Index(
                fields=["decide_by"], condition=Q(state=RemedyState.AWAITING), name="service_compensation_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_remedy_display()}: {self.size}"

    def get_absolute_url(self) -> str:
        return path_of("service:compensation_detail", self.pk)

    @property
    def size(self) -> str:
        """How much, as people say it."""
        if self.points is not None:
            return plural(self.points, "point").replace("\N{NO-BREAK SPACE}", " ")
        return str(money(self.amount, self.currency)) if self.amount is not None else "hidden"

    @property
    def is_awaiting(self) -> bool:
        return self.state == RemedyState.AWAITING

    @property
    def is_granted(self) -> bool:
        return self.state == RemedyState.GRANTED

    def is_in_time(self, now: dt.datetime) -> bool:
        """Whether it can still be decided."""
        return self.decide_by is not None and now < self.decide_by

    def state_at(self, now: dt.datetime) -> RemedyState:
        """The state as people speak of it: what awaits approval has ended with its deadline, before it is booked."""
        is_over = self.is_awaiting and not self.is_in_time(now)
        return RemedyState.EXPIRED if is_over else RemedyState(self.state)


class CompensationApprover(models.Model):
    """Who was asked to approve a compensation, and the task that says so."""

    compensation = models.ForeignKey(Compensation, on_delete=models.CASCADE, related_name="approvers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="compensations_to_approve"
    )
    task = models.ForeignKey("crm.Task", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    access = AccessPaths(through="compensation__ticket", parent="service.ticket")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["compensation", "user"], name="service_compensationapprover_once")
        ]

    def __str__(self) -> str:
        return str(self.user)


class CompensationEntry(models.Model):
    """A row of the ledger: what happened to a compensation, and the money that it cost (above 0) or that came back
    (below). Rows are only ever added; the database lets nothing else happen."""

    compensation = models.ForeignKey(Compensation, on_delete=models.PROTECT, related_name="entries")
    step = models.CharField(max_length=10, choices=RemedyStep)
    cost_amount = models.DecimalField("cost", **MONEY, default=Decimal(0))
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    words = models.CharField(max_length=500, blank=True, default="")
    recorded_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="compensation__ticket", parent="service.ticket")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "compensation entries"
        indexes = [
            models.Index(fields=["compensation", "at", "id"], include=["cost_amount"], name="service_compentry_of"),
            models.Index(fields=["at"], condition=~Q(cost_amount=0), name="service_compentry_cost"),
        ]

    def __str__(self) -> str:
        return self.get_step_display()
