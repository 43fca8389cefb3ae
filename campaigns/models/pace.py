"""How often people want mails of campaigns."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from campaigns.choices import Pace
from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class MailPace(models.Model):
    """How often at most a person wants mails of campaigns, by their own word; who has said nothing has no row.

    A contact into which others were merged has their rows beside its own: the strictest counts.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="mail_paces")
    days = models.PositiveSmallIntegerField("mails of campaigns", choices=Pace)
    said_at = models.DateTimeField(default=timezone.now)
    source = models.CharField("where they said so", max_length=200, blank=True, default="")

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-days", "-said_at", "id"]

    def __str__(self) -> str:
        return str(self.get_days_display())
