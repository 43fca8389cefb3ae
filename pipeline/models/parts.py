"""What belongs to a deal: lines, shares of reps, people with their roles, competitors."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from pipeline.choices import ContactRole
from pipeline.models.deals import Deal

OF_DEAL = AccessPaths(through="deal", parent="pipeline.deal")


class DealLine(models.Model):
    """What is to be sold; `amount` is the line's total after discount, in the deal's currency."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey("orders.Product", on_delete=models.PROTECT, related_name="deal_lines")
    quantity = models.DecimalField(max_digits=16, decimal_places=4, default=1)
    unit_price = models.DecimalField(max_digits=16, decimal_places=4)
    discount = models.DecimalField(
        "discount in %",
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    amount = models.DecimalField(max_digits=18, decimal_places=4, editable=False)

    access = OF_DEAL
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["deal", "position"]
        constraints = [models.UniqueConstraint(fields=["deal", "position"], name="pipeline_line_position_once")]

    def __str__(self) -> str:
        return f"{self.deal_id}/{self.position}"


class DealShare(models.Model):
    """A colleague's part of a deal, in percent; what is not shared is the owner's."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="shares")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deal_shares")
    percent = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(100)])

    access = OF_DEAL
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["deal", "-percent", "id"]
        constraints = [models.UniqueConstraint(fields=["deal", "user"], name="pipeline_share_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.percent} %"


class DealRole(models.Model):
    """Somebody of the customer's, and what they are in the deal."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="roles")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="deal_roles")
    role = models.CharField(max_length=16, choices=ContactRole)

    access = OF_DEAL
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["deal", "role", "id"]
        constraints = [models.UniqueConstraint(fields=["deal", "contact", "role"], name="pipeline_role_once")]

    def __str__(self) -> str:
        return f"{self.contact}: {self.get_role_display()}"


class DealCompetitor(models.Model):
    """Who else offers, and what we know of the offer."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="competitors")
    name = models.CharField(max_length=120)
    note = models.CharField(max_length=300, blank=True)

    access = OF_DEAL
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["deal", "name"]
        constraints = [models.UniqueConstraint(fields=["deal", "name"], name="pipeline_competitor_once")]

    def __str__(self) -> str:
        return self.name
