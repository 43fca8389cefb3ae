"""Who looked at which contact on which day."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class ContactLook(models.Model):
    """Somebody opened the page of a contact, or a program of theirs read it by the API (`token_id`, else 0): one row a
    day. `contact_id` is no key: rows are written after the answer has left, and the contact may be gone by then."""

    contact_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token_id = models.BigIntegerField(default=0)
    day = models.DateField()
    at = models.DateTimeField()

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = "look at a contact"
        verbose_name_plural = "looks at contacts"
        constraints = [
            models.UniqueConstraint(fields=["contact_id", "user", "token_id", "day"], name="contacts_look_once"),
        ]
        indexes = [models.Index(fields=["at"], name="contacts_look_at")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.contact_id} on {self.day}"
