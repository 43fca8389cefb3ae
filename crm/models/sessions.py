"""Open sign-ins, and what is asked for by people who cannot sign in."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

LONGEST_DEVICE = 300


class Session(models.Model):
    """One browser's session. Its key is known to that browser only; here stands its hash."""

    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    data = models.TextField(editable=False)
    user = models.ForeignKey("crm.User", null=True, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    ip = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=LONGEST_DEVICE)

    objects = models.Manager()

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"Session {self.pk}"


class PasswordRequest(models.Model):
    """Somebody asked for a new password for an address, known or not; a worker answers and takes the row away."""

    address = models.CharField(max_length=320)
    asked_at = models.DateTimeField(default=timezone.now)

    objects = models.Manager()

    def __str__(self) -> str:
        return f"Request {self.pk}"
