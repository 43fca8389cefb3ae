"""What a conversion made, so that it can be taken back."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from leads.models.leads import Lead


class Conversion(models.Model):
    """A lead that became a contact (and a deal): what was made for it, and how the lead stood before.

    `record_model` and `record_id` are what the app above made of it, such as a deal.
    """

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="conversions")
    contact = models.ForeignKey("contacts.Contact", null=True, on_delete=models.SET_NULL, related_name="conversions")
    organization = models.ForeignKey("contacts.Contact", null=True, on_delete=models.SET_NULL, related_name="+")
    made_contact = models.BooleanField(default=False)
    made_organization = models.BooleanField(default=False)
    record_model = models.CharField(max_length=80, blank=True)
    record_id = models.BigIntegerField(null=True)
    contact_before = models.ForeignKey("contacts.Contact", null=True, on_delete=models.SET_NULL, related_name="+")
    status_before = models.CharField(max_length=16)
    status_at_before = models.DateTimeField(null=True)
    qualified_before = models.DateTimeField(null=True)
    recycle_before = models.DateField(null=True)
    lost_before = models.DateTimeField(null=True)
    lost_reason_before = models.CharField(max_length=16, blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reversed_at = models.DateTimeField(null=True)

    access = AccessPaths(through="lead", parent="leads.lead")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=models.Q(reversed_at=None), name="leads_conversion_one_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lead} to {self.contact}"
