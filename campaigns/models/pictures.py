"""Pictures that stand in mails of campaigns, and in which."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models

from campaigns.models.campaigns import Variant
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


def new_picture_key() -> str:
    """128 random bits, as they stand in an address."""
    return secrets.token_urlsafe(16)


class MailPicture(models.Model):
    """A picture for mails, of the whole house. `key` is its public address, which answers once a mail uses it."""

    key = models.CharField(max_length=22, unique=True, default=new_picture_key, editable=False)
    file = models.ForeignKey("crm.StoredFile", on_delete=models.PROTECT, related_name="mail_pictures")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file.name


class PictureUse(models.Model):
    """A picture stands, or in a play has stood, in a variant: mails that went out show it."""

    picture = models.ForeignKey(MailPicture, on_delete=models.PROTECT, related_name="uses")
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="pictures")

    access = AccessPaths(through="variant__campaign", parent="campaigns.campaign")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["picture", "variant"], name="campaigns_pictureuse_once")]

    def __str__(self) -> str:
        return f"{self.picture} in {self.variant}"
