"""Mystery shopping: checklists with weighted items, planned and done visits, and the mark of each item."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from feedback.models.surveys import TouchPoint
from feedback.visits.choices import MOST_WEIGHT, Mark, VisitState

WEIGHTS = [MinValueValidator(1), MaxValueValidator(MOST_WEIGHT)]


class Checklist(models.Model):
    """What is looked at during a visit of a touch point."""

    name = models.CharField(max_length=200)
    touch_point = models.ForeignKey(
        TouchPoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="checklists"
    )
    intro = models.TextField("what the shopper has to know", max_length=4_000, blank=True, default="")
    is_used = models.BooleanField("visits can be planned by it", default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(Lower("name"), name="feedback_checklist_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("feedback:checklist_update", self.pk)


class ChecklistItem(models.Model):
    """One thing to look at; `weight` says how much it counts. One that was marked and is taken out stays with its marks
    and is looked at no more (`is_asked`)."""

    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(default=1)
    text = models.CharField(max_length=300)
    weight = models.PositiveSmallIntegerField(default=1, validators=WEIGHTS)
    is_asked = models.BooleanField(default=True)

    access = AccessPaths(through="checklist", parent="feedback.checklist")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["checklist", "position", "id"]
        constraints = [
            models.UniqueConstraint("checklist", Lower("text"), name="feedback_item_once"),
            models.CheckConstraint(
                condition=Q(weight__gte=1) & Q(weight__lte=MOST_WEIGHT), name="feedback_item_weight"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class MysteryVisit(models.Model):
    """A visit by a checklist, planned or done. `site` is the shop, the number that is rung, the page. `touch_point` is
    that of the checklist when it was planned. `score`, 0 to 100, is kept from the marks: empty where nothing arose."""

    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="visits")
    touch_point = models.ForeignKey(
        TouchPoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="visits", editable=False
    )
    site = models.CharField("where", max_length=120, blank=True, default="")
    shopper = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="mystery_visits"
    )
    planned_on = models.DateField("planned for")
    state = models.CharField(max_length=8, choices=VisitState, default=VisitState.PLANNED, editable=False)
    visited_on = models.DateField("visited", null=True, blank=True)
    comment = models.TextField(max_length=4_000, blank=True, default="")
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True, editable=False)
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    access = AccessPaths(owner="shopper")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(score=None) | (Q(score__gte=0) & Q(score__lte=100)), name="feedback_visit_score"
            ),
            models.CheckConstraint(
                condition=~Q(state=VisitState.DONE) | Q(visited_on__isnull=False), name="feedback_visit_done"
            ),
        ]
        indexes = [
            models.Index(fields=["-planned_on", "-id"], name="feedback_visit_planned"),
            models.Index(fields=["-visited_on", "-id"], name="feedback_visit_visited"),
        ]

    def __str__(self) -> str:
        return f"{self.checklist}, {self.site}" if self.site else str(self.checklist)

    def get_absolute_url(self) -> str:
        return path_of("feedback:visit_detail", self.pk)


class VisitMark(models.Model):
    """How one item was found; without a mark it did not arise."""

    visit = models.ForeignKey(MysteryVisit, on_delete=models.CASCADE, related_name="marks")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="marks")
    mark = models.PositiveSmallIntegerField(choices=Mark, null=True, blank=True)
    comment = models.CharField(max_length=1_000, blank=True, default="")

    access = AccessPaths(through="visit", parent="feedback.mysteryvisit")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["visit", "item__position", "id"]
        constraints = [models.UniqueConstraint(fields=["visit", "item"], name="feedback_mark_once")]

    def __str__(self) -> str:
        return self.get_mark_display() if self.mark is not None else "did not arise"
