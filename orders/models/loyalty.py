"""The loyalty programme: its members, and a ledger of points. A balance is the sum of the ledger, never a field."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from orders.choices import PointsKind
from orders.models.sales import Order


class LoyaltyProgramme(models.Model):
    """One row: how points are earned. Orders before its start earn none."""

    name = models.CharField(max_length=80)
    starts_on = models.DateField()
    points_per_unit = models.DecimalField(
        "points for one unit of the company's currency",
        max_digits=8,
        decimal_places=4,
        default=1,
        validators=[MinValueValidator(0)],
    )
    valid_months = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Points expire so many months after they were earned; empty: never."
    )

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="orders_loyaltyprogramme_one_row")]

    def __str__(self) -> str:
        return self.name


class LoyaltyTier(models.Model):
    """A tier is reached by the points for purchases of the last twelve months."""

    name = models.CharField(max_length=60, unique=True)
    least_points = models.PositiveIntegerField(unique=True)
    benefit = models.CharField(max_length=200, blank=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["least_points"]

    def __str__(self) -> str:
        return self.name


class LoyaltyMember(models.Model):
    """A contact that takes part."""

    contact = models.OneToOneField("contacts.Contact", on_delete=models.CASCADE, related_name="membership")
    joined_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-joined_on", "-id"]

    def __str__(self) -> str:
        return f"L{self.pk:07}"


class PointsEntry(models.Model):
    """Points that came (above 0) or went (below). Rows are only ever added; the database lets nothing else happen."""

    # the database takes them away with their member: the application may not
    member = models.ForeignKey(LoyaltyMember, on_delete=models.DO_NOTHING, related_name="entries", db_index=False)
    kind = models.CharField(max_length=12, choices=PointsKind)
    points = models.IntegerField()
    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.PROTECT, related_name="points", db_index=False
    )
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField(null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,  # nobody may change these rows
        related_name="+",
    )

    access = AccessPaths(through="member__contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(condition=~models.Q(points=0), name="orders_points_not_nothing")]
        indexes = [
            models.Index(fields=["member", "-at", "-id"], include=["points"], name="orders_points_member"),
            models.Index(fields=["order"], condition=models.Q(order__isnull=False), name="orders_points_order"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+} ({self.get_kind_display()})"
