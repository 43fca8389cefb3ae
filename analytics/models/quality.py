"""How good the data of a contact are, as of the last run, and what counts for it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths

FIELDS = (
    ("email", "E-mail"),
    ("phone", "Phone"),
    ("street", "Street"),
    ("postal_code", "Postal code"),
    ("city", "City"),
    ("country", "Country"),
    ("first_name", "First name"),
    ("last_name", "Last name"),
    ("organization", "Organization"),
    ("birthday", "Birthday"),
    ("industry", "Industry"),
    ("employees", "Employees"),
    ("website", "Website"),
    ("owner", "Owner"),
)
"""The fields that can be asked of a contact, with the words for them."""
WEIGHT = (MinValueValidator(0), MaxValueValidator(100))


def of_persons() -> list[str]:
    return ["email", "phone", "street", "postal_code", "city", "country", "first_name", "last_name"]


def of_organizations() -> list[str]:
    return ["email", "phone", "street", "postal_code", "city", "country", "industry", "website"]


class QualityRules(models.Model):
    """One row: which fields are asked, what each part of the score weighs, and when data count as fresh or stale."""

    complete_weight = models.PositiveSmallIntegerField("weight of complete", default=40, validators=WEIGHT)
    valid_weight = models.PositiveSmallIntegerField("weight of valid", default=30, validators=WEIGHT)
    fresh_weight = models.PositiveSmallIntegerField("weight of fresh", default=20, validators=WEIGHT)
    unique_weight = models.PositiveSmallIntegerField("weight of unique", default=10, validators=WEIGHT)
    person_fields = ArrayField(models.CharField(max_length=20, choices=FIELDS), default=of_persons, blank=True)
    organization_fields = ArrayField(
        models.CharField(max_length=20, choices=FIELDS), default=of_organizations, blank=True
    )
    fresh_days = models.PositiveSmallIntegerField(
        default=365, help_text="Touched within so many days, data are wholly fresh."
    )
    stale_days = models.PositiveSmallIntegerField(
        default=1095, help_text="Not touched for so many days, they are not fresh at all."
    )
    least_score = models.PositiveSmallIntegerField(
        "poor below", default=60, validators=WEIGHT, help_text="Contacts with a lower score are counted as poor."
    )

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "rules of data quality"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="analytics_qualityrules_one_row"),
            models.CheckConstraint(
                condition=Q(stale_days__gt=F("fresh_days")),
                name="analytics_qualityrules_stale",
                violation_error_message="Data become stale later than they stop being fresh: give more days.",
            ),
            models.CheckConstraint(
                condition=Q(complete_weight__gt=0)
                | Q(valid_weight__gt=0)
                | Q(fresh_weight__gt=0)
                | Q(unique_weight__gt=0),
                name="analytics_qualityrules_weighs",
                violation_error_message="At least one part must weigh something.",
            ),
        ]

    def __str__(self) -> str:
        return "Rules of data quality"


class QualityScore(models.Model):
    """The data quality of one contact as of the last run: `score` from 0 to 100, its parts from 0 to 1, and what is
    wrong as codes (`missing:phone`, `invalid:email`, `untidy:name`, `stale`, `double`). Built anew by each run."""

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="quality", db_constraint=False
    )
    score = models.FloatField()
    complete = models.FloatField()
    valid = models.FloatField()
    fresh = models.FloatField()
    unique = models.FloatField()
    faults = ArrayField(models.TextField(), default=list)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["score", "contact"], name="analytics_quality_score"),
            GinIndex(fields=["faults"], name="analytics_quality_faults"),
        ]

    def __str__(self) -> str:
        return f"{self.score:.0f}"
