"""The editable tables that steer the analysis: segments of the scores, levels of usage."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from analytics.choices import Usage
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


def score_bound(default: int) -> models.PositiveSmallIntegerField:
    """A bound of a score, 1 to 5."""
    return models.PositiveSmallIntegerField(default=default, validators=[MinValueValidator(1), MaxValueValidator(5)])


class RfmSegment(models.Model):
    """A named segment of the R F M space. Of the rows in order of position, the first that fits names the customer."""

    position = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=40, unique=True)
    advice = models.CharField(
        max_length=200,
        blank=True,
        help_text="What to do with these customers, in a sentence.",
    )
    r_low, r_high = score_bound(1), score_bound(5)
    f_low, f_high = score_bound(1), score_bound(5)
    m_low, m_high = score_bound(1), score_bound(5)
    tone = models.CharField(
        max_length=8,
        default="neutral",
        choices=[(tone, tone) for tone in ("good", "accent", "neutral", "warn", "bad")],
    )

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        verbose_name = "RFM segment"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        for letter in "rfm":
            if getattr(self, f"{letter}_low") > getattr(self, f"{letter}_high"):
                raise ValidationError({f"{letter}_high": "The upper bound is below the lower one."})


class UsageLevel(models.Model):
    """How often a customer buys, and the message that suits: the upper `share` percent, the next, the rest, the new."""

    level = models.CharField(max_length=12, choices=Usage, unique=True)
    position = models.PositiveSmallIntegerField(unique=True)
    share = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(98)],
        help_text="Percent of the customers; empty for infrequent (the rest) and new.",
    )
    message = models.CharField(max_length=200, help_text="The message that suits these customers.")
    tone = models.CharField(max_length=8, default="neutral")

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.get_level_display()
