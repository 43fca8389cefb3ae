"""Lists of names that were gathered or bought: where contacts come from, until when they may be used, for how much."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models

from contacts.choices import ListKind
from contacts.models.contacts import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.models.company import currency_code
from crm.paths import path_of


class AcquiredList(models.Model):
    """A list as it was delivered. `cost` is for the whole list, in `currency`; a licence ends with its last day."""

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=16, choices=ListKind, default=ListKind.COMPILED)
    vendor = models.CharField(max_length=120, blank=True)
    received_on = models.DateField(null=True, blank=True)
    licence_ends_on = models.DateField("licence ends on", null=True, blank=True)
    cost = models.DecimalField(
        "cost in all", max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, default="EUR", validators=[currency_code])
    names_delivered = models.PositiveIntegerField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    contacts = models.ManyToManyField(Contact, through="contacts.ListedContact", related_name="acquired_lists")

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("contacts:acquired_list_detail", self.pk)

    @property
    def cost_per_name(self) -> Decimal | None:
        """Cost of one delivered name; None where either is not known."""
        return self.cost / self.names_delivered if self.cost is not None and self.names_delivered else None

    def has_ended(self, today: dt.date) -> bool:
        """Whether the licence ended before `today`; one without an end runs on."""
        return self.licence_ends_on is not None and self.licence_ends_on < today


class ListedContact(models.Model):
    """A contact that came with a list; one may stand on several."""

    acquired_list = models.ForeignKey(AcquiredList, on_delete=models.CASCADE, related_name="entries")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="listings", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["acquired_list", "id"]
        constraints = [models.UniqueConstraint(fields=["contact", "acquired_list"], name="contacts_listedcontact_once")]

    def __str__(self) -> str:
        return f"{self.contact} on {self.acquired_list}"
