"""Files that people bring or jobs make. Stored under random names, served only by a permission view."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


def random_path(instance: StoredFile, filename: str) -> str:
    """A path that says nothing about the file and cannot be guessed."""
    token = uuid.uuid4().hex
    return f"{token[:2]}/{token}"


class StoredFile(models.Model):
    """A file with the name its owner gave it; the owner alone (or who sees everything) may fetch it."""

    file = models.FileField(upload_to=random_path, max_length=200)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, default="application/octet-stream")
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="files",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True, help_text="When the content was taken away.")

    access = AccessPaths(owner="owner", team="owner__team")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
