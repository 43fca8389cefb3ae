"""Saved reports: what a report asks, under a name; of one person, a team, or everybody of a role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from crm.access import VisibleQuerySet
from crm.choices import Role, Verb
from crm.grants import AccessPaths
from crm.models.saved_views import shared_with

if TYPE_CHECKING:
    from crm.models.people import User


class SavedReportQuerySet(VisibleQuerySet["SavedReport"]):
    """A report of a team is seen in the teams below it too; a report of a role by all of that role."""

    def visible_to(self, user: User | None, verb: str = Verb.VIEW) -> Self:
        found = super().visible_to(user, verb)
        if user is None or verb != Verb.VIEW or not user.is_active:
            return found
        return found | self.filter(shared_with(user))


class SavedReport(models.Model):
    """A question under a name; its figures are read anew for whoever opens it, by their own rights."""

    name = models.CharField(max_length=80)
    sentence = models.CharField(
        "what it answers", max_length=200, blank=True, help_text="One sentence, for those who find it in the list."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="saved_reports"
    )
    team = models.ForeignKey(
        "crm.Team", null=True, blank=True, on_delete=models.SET_NULL, help_text="Its people and the teams below see it."
    )
    role = models.CharField(max_length=16, choices=Role, blank=True, help_text="Everybody of this role sees it.")
    definition = models.JSONField(default=dict, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    access = AccessPaths(owner="owner", team="team")
    objects: Any = SavedReportQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:saved", args=[self.pk])
