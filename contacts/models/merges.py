"""Two contacts that became one: what was done, by primary key, so that it can be undone."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from contacts.choices import MergeStep
from contacts.models.contacts import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of


class ContactMerge(models.Model):
    """`gone` became `kept`. `gone` stays as an archived row that leads to the other one.

    The rows of both as they were and as the merge left them are whole rows, as `to_jsonb` writes them. `marks` has, by
    model, the highest key there was: what is above it came later. `moved` counts what was moved, by model.
    """

    kept = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="merges")
    gone = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="merges_away")
    kept_name = models.CharField(max_length=300)
    gone_name = models.CharField(max_length=300)
    kept_before = models.JSONField(default=dict)
    kept_after = models.JSONField(default=dict)
    gone_before = models.JSONField(default=dict)
    gone_after = models.JSONField(default=dict)
    marks = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)
    job = models.ForeignKey("crm.JobRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField("merged", auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    access = AccessPaths(through="kept", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = "merge of contacts"
        verbose_name_plural = "merges of contacts"
        indexes = [
            models.Index(fields=["-at", "-id"], name="contacts_merge_newest"),
            models.Index(fields=["job"], condition=models.Q(job__isnull=False), name="contacts_merge_job"),
        ]

    def __str__(self) -> str:
        return f"{self.gone_name} into {self.kept_name}"

    def get_absolute_url(self) -> str:
        return path_of("contacts:merge_detail", self.pk)


class MergedRows(models.Model):
    """One statement of a merge: the keys of the rows of a model that it moved (`column` says which key of theirs),
    changed or took aside. `rows` has what they were: whole ones that were taken aside, the columns that were changed.
    """

    merge = models.ForeignKey(ContactMerge, on_delete=models.CASCADE, related_name="parts")
    step = models.CharField(max_length=8, choices=MergeStep)
    model = models.CharField(max_length=80)
    column = models.CharField(max_length=80, blank=True)
    ids = ArrayField(models.BigIntegerField(), default=list)
    rows = models.JSONField(default=list)

    access = AccessPaths(through="merge__kept", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = "part of a merge"
        verbose_name_plural = "parts of merges"

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {len(self.ids)} of {self.model}"
