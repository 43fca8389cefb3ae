"""Rules that score leads: what fits, and what they do, which counts less the longer ago it was."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from contacts.choices import Channel, Direction
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from leads.choices import Scored


class ScoreRule(models.Model):
    """Points for leads that fit a filter (`tree`, copied from a saved view), or for each touch of a channel and
    direction, halved every `half_life_days`."""

    position = models.PositiveIntegerField(default=100)
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField("for", max_length=16, choices=Scored)
    points = models.SmallIntegerField(validators=[MinValueValidator(-100), MaxValueValidator(100)])
    segment = models.CharField(max_length=80, blank=True, editable=False)
    tree = models.JSONField(default=dict, blank=True, editable=False)
    channel = models.CharField(max_length=16, choices=Channel, blank=True)
    direction = models.CharField(max_length=4, choices=Direction, default=Direction.INBOUND)
    half_life_days = models.PositiveIntegerField(default=30, validators=[MinValueValidator(1)])
    is_active = models.BooleanField("in use", default=True)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(points=0), name="leads_score_rule_says_something"),
        ]

    def __str__(self) -> str:
        return self.name
