"""Who may look into the portal by a secret link, and who asked for one."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class PortalAccess(models.Model):
    """One e-mail address whose holder sees their own requests. Links that were made before `generation` was raised
    open nothing any more."""

    address = models.CharField(max_length=254, unique=True)
    generation = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "portal accesses"

    def __str__(self) -> str:
        return f"Access {self.pk}"


class PortalRequest(models.Model):
    """Somebody asked for a link, whether the address is known or not: a worker answers. `place` is a digest of where
    it came from."""

    address = models.CharField(max_length=254)
    place = models.CharField(max_length=32)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["place", "asked_at"], name="service_portalreq_place"),
            models.Index(fields=["address", "asked_at"], name="service_portalreq_address"),
            models.Index(fields=["id"], condition=models.Q(answered_at=None), name="service_portalreq_open"),
        ]

    def __str__(self) -> str:
        return f"Request {self.pk}"
