"""Which contacts belong to which territory."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class TerritoryRule(models.Model):
    """Which contacts belong to a territory: all that is given has to fit, nothing given in a list fits everything.

    Postal codes are compared by their beginning, blanks aside; industries without regard to case.
    """

    territory = models.ForeignKey("crm.Territory", on_delete=models.CASCADE, related_name="rules")
    countries = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    postal_codes = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    industries = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    markets = ArrayField(models.CharField(max_length=16), default=list, blank=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["territory", "id"]

    def __str__(self) -> str:
        return " · ".join(", ".join(part) for part in self._parts() if part)

    def _parts(self) -> tuple[list[str], ...]:
        return self.countries, self.postal_codes, self.industries, self.markets
