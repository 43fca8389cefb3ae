"""Saved views: what a list shows, under a name; of one person, a team, or first for a role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from crm.choices import Density, Role
from crm.grants import AccessPaths
from crm.shared_things import SharedQuerySet, of_team_or_above

if TYPE_CHECKING:
    from crm.models.people import User


class SavedViewQuerySet(SharedQuerySet["SavedView"]):
    """A view of a team is seen in the teams below it too; a view of a role by all of that role."""

    def shared_with(self, user: User) -> Q:
        return Q(role=user.role) | of_team_or_above(user)

    def shown_to(self, user: User, label: str, owner_id: int | None = None) -> Self:
        """The tabs of a person above a list: their own views (or those of `owner_id`) and those shared with them."""
        return self.tabs_of(user, owner_id).filter(list_name=label).order_by("name", "id")

    def tabs_of(self, user: User, owner_id: int | None = None) -> Self:
        """The same above all lists, unordered."""
        return self.filter(Q(owner=owner_id or user.pk) | self.shared_with(user))


class SavedView(models.Model):
    """The filter tree, search words, columns, order and row height of one list (`contacts.contact`)."""

    list_name = models.CharField(max_length=60, editable=False)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="saved_views"
    )
    team = models.ForeignKey(
        "crm.Team", null=True, blank=True, on_delete=models.SET_NULL, help_text="Its people and the teams below see it."
    )
    role = models.CharField(
        max_length=16, choices=Role, blank=True, help_text="Everybody of this role sees it, and begins with it."
    )
    is_default = models.BooleanField("open this view first", default=False)
    filter = models.JSONField("filter", default=dict, blank=True, editable=False)
    words = models.CharField(max_length=200, blank=True, editable=False)
    columns = ArrayField(models.CharField(max_length=120), default=list, blank=True, editable=False)
    sort = models.CharField(max_length=120, blank=True, editable=False)
    row_height = models.CharField(
        max_length=12, choices=[("", "as everybody has it"), *Density.choices], blank=True, default=""
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    access = AccessPaths(owner="owner", team="team")
    objects: Any = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "list_name"], condition=Q(is_default=True), name="crm_savedview_one_default"
            ),
            models.UniqueConstraint(
                fields=["role", "list_name"], condition=~Q(role=""), name="crm_savedview_one_of_a_role"
            ),
        ]
        indexes = [
            models.Index(fields=["list_name", "owner"], name="crm_savedview_list_owner"),
            models.Index(fields=["list_name", "team"], name="crm_savedview_list_team"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The list with this view open; the home page where there is no such list any more."""
        app, _, model = self.list_name.partition(".")
        try:
            return f"{reverse(f'{app}:{model}_list')}?view={self.pk}"
        except NoReverseMatch:
            return reverse("crm:home")
