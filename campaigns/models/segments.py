"""Segments: contacts under a name, by a filter that goes on holding or as they stood once; who came in and went out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F
from django.db.models.functions import Left, Lower

from campaigns.models.campaigns import Folded
from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of


class Segment(models.Model):
    """Contacts that meet a filter tree. A live one is asked anew each time; a fixed one is who met it when it was made,
    or who stood in lists that were brought (`from_list`).

    `size` and `counted_at` are of the last time that its members were written down, in the night or on demand: who
    entered and left is known from then on.
    """

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="", max_length=2_000)
    filter = models.JSONField(default=dict, blank=True, editable=False)
    is_fixed = models.BooleanField("fixed", default=False)
    from_list = models.BooleanField(default=False, db_default=False, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="segments"
    )
    size = models.PositiveIntegerField(null=True, editable=False)
    counted_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    sort_name = models.GeneratedField(
        expression=Left(Folded(F("name")), 120), output_field=models.CharField(max_length=120), db_persist=True
    )
    search_text = models.GeneratedField(expression=Folded(F("name")), output_field=models.TextField(), db_persist=True)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="campaigns_segment_name",
                violation_error_message="There is a segment of this name already.",
            )
        ]
        indexes = [GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="campaigns_segment_search")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("campaigns:segment_detail", self.pk)


class SegmentMember(models.Model):
    """A contact that was in a segment when its members were last written down, and since when."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="members")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="segment_places")
    entered_at = models.DateTimeField()

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "contact"], name="campaigns_segmentmember_once")]

    def __str__(self) -> str:
        return f"{self.contact} in {self.segment}"


class SegmentMove(models.Model):
    """Somebody came into a segment, or went out of it. Rows are only ever added."""

    # the database takes them away with their segment or contact: the application may not
    segment = models.ForeignKey(Segment, on_delete=models.DO_NOTHING, related_name="moves")
    contact = models.ForeignKey(Contact, on_delete=models.DO_NOTHING, related_name="segment_moves")
    has_entered = models.BooleanField()
    at = models.DateTimeField()

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["segment", "-at"], name="campaigns_segmentmove_when")]

    def __str__(self) -> str:
        return f"{self.contact} {'into' if self.has_entered else 'out of'} {self.segment}"
