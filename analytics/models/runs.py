"""The runs of the analysis, and what an administrator lets them learn from."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class ModelRun(models.Model):
    """One computation of one step: as of when, from what, with what parameters, and how good it is."""

    step = models.CharField(max_length=24)
    as_of = models.DateField()
    parameters = models.JSONField(default=dict, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    data_from = models.DateField(null=True, blank=True)
    data_to = models.DateField(null=True, blank=True)
    row_count = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    code_version = models.CharField(max_length=40, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    job = models.ForeignKey("crm.JobRun", null=True, blank=True, on_delete=models.SET_NULL)
    error = models.TextField(blank=True, help_text="Why it failed; its figures are then those of the run before.")
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["step", "-created_at"], name="analytics_run_step")]

    def __str__(self) -> str:
        return f"{self.step} as of {self.as_of} (run {self.pk})"


class AllowedFeature(models.Model):
    """A feature that an administrator lets churn be learnt from, though it nearly gives the answer away by itself."""

    name = models.CharField(max_length=120, unique=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
