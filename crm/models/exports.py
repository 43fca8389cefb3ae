"""A list that leaves as a file made by a worker: for whom, of what, until when it can be fetched. Which contacts any
file of a list held."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.models.files import StoredFile
from crm.models.jobs import JobRun
from crm.models.log import LogEntry
from crm.paths import path_of


class ExportRun(models.Model):
    """One file of a list. `list_name` is the name of the list's export address, `query` what the list was asked for,
    `model` (a label) what a person needs the right to export, both when it is made and when it is fetched.

    Only who asked for it fetches it; after `expires_at` its content is taken away.
    """

    list_name = models.CharField(max_length=120)
    query = models.TextField(blank=True)
    model = models.CharField(max_length=80)
    format = models.CharField(max_length=12)
    name = models.CharField(max_length=200)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="exports"
    )
    job = models.ForeignKey(JobRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="exports")
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="exports")
    rows = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    access = AccessPaths(owner="actor")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(file__isnull=False), name="crm_exportrun_expires")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("crm:export_download", self.pk)

    @property
    def is_there(self) -> bool:
        """Whether its file can be fetched now."""
        return self.file is not None and self.expires_at is not None and self.expires_at > timezone.now()


class ExportedContacts(models.Model):
    """Which contacts the file of an export held, some at a time: bit n of `bits` (from the least one of the first byte
    on) stands for the contact with the id 65,536 * `block` + n. An export without such rows was not followed."""

    entry = models.ForeignKey(LogEntry, on_delete=models.PROTECT, related_name="exported")
    block = models.BigIntegerField()
    bits = models.BinaryField()

    class Meta:
        verbose_name_plural = "exported contacts"
        constraints = [models.UniqueConstraint(fields=["block", "entry"], name="crm_exportedcontacts_once")]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.block}"
