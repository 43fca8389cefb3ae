"""The checklist of qualification, by market category, and what was found of a lead."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from contacts.choices import Market
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from leads.choices import Ability, Found
from leads.models.leads import Lead


class ChecklistItem(models.Model):
    """One question of qualification: about the ability to pay or the will to buy; of some market categories, or all."""

    position = models.PositiveIntegerField(default=100)
    kind = models.CharField("about", max_length=16, choices=Ability)
    text = models.CharField("question", max_length=200)
    markets = ArrayField(
        models.CharField(max_length=16, choices=Market), default=list, blank=True, help_text="None: asked of all."
    )
    is_needed = models.BooleanField("without a yes nobody is qualified", default=False)
    is_active = models.BooleanField("in use", default=True)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.text


class ChecklistAnswer(models.Model):
    """What was found of a lead on one question."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="answers")
    item = models.ForeignKey(ChecklistItem, on_delete=models.CASCADE, related_name="answers")
    found = models.CharField(max_length=8, choices=Found)
    note = models.CharField(max_length=200, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now=True)

    access = AccessPaths(through="lead", parent="leads.lead")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["item__position", "id"]
        constraints = [models.UniqueConstraint(fields=["lead", "item"], name="leads_answer_once")]

    def __str__(self) -> str:
        return f"{self.item}: {self.found}"
