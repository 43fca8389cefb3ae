"""How a form or the facts of a record page are arranged, for everybody or for a role."""

from __future__ import annotations

from django.db import models

from crm.choices import Role
from crm.grants import AccessPaths


class Layout(models.Model):
    """One arrangement. `place` names what is arranged (`contacts.contact:form`); without a role it is everybody's.

    `blocks` in their order: {"title", "items": [{"name", "wide"}]} or {"panel": NAME}; `hidden` are names that are not
    shown. What stands in neither was made later and is shown at the end; a name that is no more is passed over.
    """

    place = models.CharField(max_length=80)
    role = models.CharField(max_length=16, choices=Role, blank=True)
    blocks = models.JSONField(default=list)
    hidden = models.JSONField(default=list, blank=True)

    access = AccessPaths(shared=True)
    objects = models.Manager()

    class Meta:
        ordering = ["place", "role"]
        constraints = [models.UniqueConstraint(fields=["place", "role"], name="crm_layout_once")]

    def __str__(self) -> str:
        return f"{self.place} of {self.get_role_display() or 'everybody'}"
