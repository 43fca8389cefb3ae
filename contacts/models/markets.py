"""Market categories: which there are, and which facts a customer of each must have."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of


class MarketCategory(models.Model):
    """One category; `Contact.markets` holds keys. `required` names facts (`industry`, `email`, or `custom.KEY`)."""

    key = models.CharField(
        max_length=16,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9_-]*$", "Small letters, digits and hyphens, such as public.")],
        help_text="Its name in files; it stays when the label changes.",
    )
    label = models.CharField(max_length=60, unique=True)
    position = models.PositiveIntegerField(default=100)
    required = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "label"]
        verbose_name_plural = "market categories"

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return path_of("contacts:market_update", self.pk)
