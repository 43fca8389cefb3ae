"""Saved reports: what a report asks, under a name; of one person, a team, or everybody of a role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from crm.choices import Role
from crm.grants import AccessPaths
from crm.shared_things import SharedQuerySet, of_team_or_above

if TYPE_CHECKING:
    from crm.models.people import User


class SavedReportQuerySet(SharedQuerySet["SavedReport"]):
    """A report of a team is seen in the teams below it too; a report of a role by all of that role."""

    def shared_with(self, user: User) -> Q:
        return Q(role=user.role) | of_team_or_above(user)


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
