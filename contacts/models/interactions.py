"""What passed between a contact and the company."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from contacts.choices import BULK_CHANNELS, Channel, Direction
from contacts.models.contacts import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class Interaction(models.Model):
    """One touch between a contact and the company. Rows are only added; together they are the contact history.

    `about_model` (`pipeline.deal`) and `about_id` name the record of an app above that it was about, if any.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="interactions", db_index=False)
    occurred_at = models.DateTimeField()
    channel = models.CharField(max_length=16, choices=Channel)
    direction = models.CharField(max_length=4, choices=Direction, default=Direction.OUTBOUND)
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    outcome = models.CharField(max_length=80, blank=True)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="interactions",
    )
    about_model = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    about_id = models.BigIntegerField(null=True, blank=True, editable=False)
    external_id = models.CharField(max_length=200, null=True, blank=True, editable=False)
    import_row = models.PositiveIntegerField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at", "-id"]
        indexes = [
            models.Index(
                fields=["contact", "-occurred_at", "-id"],
                name="contacts_interaction_timeline",
            ),
            models.Index(fields=["-occurred_at", "-id"], name="contacts_interaction_newest"),
            # what machines write by the thousand apart from the rest: a page of either is one step through its index
            models.Index(
                fields=["contact", "-occurred_at", "-id"],
                condition=~models.Q(channel__in=BULK_CHANNELS),
                name="contacts_interaction_told",
            ),
            models.Index(
                fields=["contact", "channel", "-occurred_at"],
                condition=models.Q(channel__in=BULK_CHANNELS),
                name="contacts_interaction_bulk",
            ),
            # few have one: the index holds those that do
            models.Index(
                fields=["about_model", "about_id", "-occurred_at", "-id"],
                condition=models.Q(about_id__isnull=False),
                name="contacts_interaction_about",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                # most have none: the index holds those that do
                condition=models.Q(external_id__isnull=False),
                name="contacts_interaction_external_id",
            )
        ]

    def __str__(self) -> str:
        return self.subject
