"""Products that customers registered, each piece by its serial number."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Upper

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from orders.choices import CHANNEL_WORDS
from orders.models.sales import Order, Product


class ProductRegistration(models.Model):
    """One piece of a product at a customer. A serial number is there once for each product, whatever its case.

    `warranty_ends_on` is its last day: as somebody said, else the months of the product from the day it was bought (or
    registered).
    """

    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="registrations")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="registrations")
    serial = models.CharField("serial number", max_length=120)
    registered_on = models.DateField()
    bought_on = models.DateField(null=True, blank=True)
    warranty_ends_on = models.DateField(null=True, blank=True, help_text="Empty: reckoned from the product's months.")
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.SET_NULL, related_name="registrations")
    channel = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name = "product registration"
        ordering = ["-registered_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                "product",
                Upper("serial"),
                name="orders_serial_once",
                violation_error_message="This serial number of the product is registered already.",
            ),
        ]
        indexes = [
            models.Index(fields=["-registered_on", "-id"], name="orders_registration_day"),
            models.Index(fields=["warranty_ends_on"], name="orders_registration_ends"),
            models.Index(Upper("serial"), name="orders_registration_serial"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.serial}" if self.product_id else self.serial

    def get_absolute_url(self) -> str:
        return path_of("orders:registration_detail", self.pk)

    def get_channel_words(self) -> str:
        """`Web shop` for web; a channel of an import as it came."""
        return CHANNEL_WORDS.get(self.channel, self.channel)
