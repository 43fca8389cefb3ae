"""The log of intent: one row per action that somebody took. Rows are only ever added."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of


class LogEntry(models.Model):
    """Who did what to which record, and when. A bulk action or an import is one row with its job."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,  # nobody may change these rows, not even to forget who it was
        related_name="log_entries",
    )
    verb = models.CharField(max_length=40)
    model = models.CharField(max_length=80, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    contact_id = models.BigIntegerField(null=True, blank=True)
    summary = models.CharField(max_length=300, blank=True)
    job = models.ForeignKey(
        "crm.JobRun",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="log_entries",
    )
    request_id = models.CharField(max_length=32, blank=True)

    access = AccessPaths(owner="actor", team="actor__team")
    names_contacts = ("contact_id",)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "log entries"
        indexes = [
            models.Index(fields=["contact_id", "-at"], name="crm_logentry_contact_at"),
            models.Index(fields=["model", "object_id", "-at"], name="crm_logentry_object_at"),
            models.Index(fields=["-at"], name="crm_logentry_at"),
            models.Index(fields=["actor", "-at"], name="crm_logentry_actor_at"),
        ]

    def __str__(self) -> str:
        return self.summary or f"{self.verb} {self.model}"

    def get_absolute_url(self) -> str:
        return path_of("crm:audit_entry", self.pk)
