"""Fields that a house adds to its records, without code."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

from crm.access import VisibleQuerySet
from crm.choices import FieldType
from crm.grants import AccessPaths
from crm.paths import path_of

KEY_LENGTH = 50


class CustomField(models.Model):
    """The definition of a custom field; its values stand in the column `custom` of the records, under `key`.

    `model` is a label (`contacts.contact`). Key and type stay as they were made: the stored values are of that type.
    `is_late` fields are filled in after the fact that a model predicts, so no model ever learns from them.
    """

    model = models.CharField(max_length=60, default="contacts.contact")
    key = models.CharField(
        max_length=KEY_LENGTH,
        validators=[RegexValidator(r"^\w+$", "Letters, digits and underscores only.")],
        help_text="Its name in files and formulas; it stays when the label changes.",
    )
    label = models.CharField(max_length=120)
    type = models.CharField(max_length=16, choices=FieldType)
    choices = models.JSONField(default=list, blank=True)
    is_required = models.BooleanField("needed", default=False)
    is_unique = models.BooleanField("no two records may have the same", default=False)
    default = models.JSONField(null=True, blank=True)
    help = models.CharField(max_length=200, blank=True)
    is_late = models.BooleanField(
        "filled in after the fact",
        default=False,
        help_text="Models that score at an earlier time never use it.",
    )
    position = models.PositiveIntegerField("place", default=100)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["model", "key"], name="crm_custom_field_key_once")]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return path_of("crm:customfield_update", self.pk)
