"""Segments of responsibility: who looks after which part of the customers, and how often its accounts are reviewed."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of


class Responsibility(models.Model):
    """A segment with its owner: the contacts of a territory, of a saved view, or with one value of a field of choices
    (`segment` = `champions`). Of several that hold a contact, the one with the lowest position counts.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="responsibilities")
    position = models.PositiveIntegerField(default=100)
    territory = models.ForeignKey(
        "crm.Territory", null=True, blank=True, on_delete=models.CASCADE, related_name="responsibilities"
    )
    view = models.ForeignKey(
        "crm.SavedView", null=True, blank=True, on_delete=models.CASCADE, related_name="responsibilities"
    )
    field = models.CharField(max_length=60, blank=True)
    value = models.CharField(max_length=120, blank=True)
    review_days = models.PositiveSmallIntegerField(
        "reviewed every", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3660)]
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "responsibilities"
        constraints = [
            models.CheckConstraint(
                condition=Q(territory__isnull=False, view__isnull=True, field="")
                | Q(territory__isnull=True, view__isnull=False, field="")
                | (Q(territory__isnull=True, view__isnull=True) & ~Q(field="")),
                name="contacts_responsibility_one_segment",
            ),
            models.UniqueConstraint(
                fields=["territory", "view", "field", "value"],
                nulls_distinct=False,
                name="contacts_responsibility_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.territory or self.view or f'{self.field}: {self.value}'}"

    def get_absolute_url(self) -> str:
        return path_of("contacts:responsibility_update", self.pk)
