"""The API's own rows: the tokens of people, how often each was used of late, answers kept for a repeated request."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class ApiToken(models.Model):
    """A key with which a program works in a person's name. It never may more than that person.

    Only its SHA-256 is stored (`digest`): a secret of 256 random bits needs no slow hash. `hint` is its beginning, for
    people to tell their tokens apart. `scopes` are words such as `contacts:read`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    hint = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(owner="user")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def is_live(self) -> bool:
        """Whether it opens anything now (its person has to be active too)."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())


class ApiUse(models.Model):
    """Calls within the current minute of a `subject`: a token (`token:12`) or an address that fails (`failures:…`).

    Counted by one statement, so that it is right over all processes (`crm.rest.throttling`).
    """

    subject = models.CharField(max_length=80, primary_key=True)
    minute = models.BigIntegerField()
    calls = models.IntegerField()
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["last_at"], name="crm_apiuse_last")]

    def __str__(self) -> str:
        return self.subject


class KeptAnswer(models.Model):
    """The first answer to a POST with an `Idempotency-Key`; a repeated request gets it again, and does nothing.

    The row is written in the transaction of the work: the work and its answer are there together or not at all.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="kept_answers")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="crm_keptanswer_once")]
        indexes = [models.Index(fields=["created_at"], name="crm_keptanswer_created")]

    def __str__(self) -> str:
        return self.key
