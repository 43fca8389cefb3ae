"""Lists of leads that are called one after the other."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from leads.choices import CallState
from leads.models.leads import Lead


class CallList(models.Model):
    """Leads of a segment, to be worked through by whoever sees the list; each lead is called by who took it."""

    name = models.CharField(max_length=120)
    segment = models.CharField(max_length=80, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="call_lists"
    )
    team = models.ForeignKey("crm.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="call_lists")
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, editable=False)

    access = AccessPaths(owner="owner", team="team")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("leads:call_list_detail", self.pk)


class CallEntry(models.Model):
    """One lead of a list: who has it on the line (`taken_by`, for a while), what came of it, when to try again."""

    call_list = models.ForeignKey(CallList, on_delete=models.CASCADE, related_name="entries")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="call_entries")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=CallState, default=CallState.WAITING)
    outcome = models.CharField(max_length=80, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    again_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    taken_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)

    access = AccessPaths(through="call_list", parent="leads.calllist")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "call entries"
        constraints = [models.UniqueConstraint(fields=["call_list", "lead"], name="leads_call_entry_once")]
        indexes = [models.Index(fields=["call_list", "state", "position"], name="leads_call_next")]

    def __str__(self) -> str:
        return f"{self.call_list}: {self.lead}"
