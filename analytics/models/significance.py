"""Which customers are strategically significant: what the last run found, and what people say."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinLengthValidator
from django.db import models
from django.utils import timezone

from analytics.choices import BY_HAND, Significance
from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths

HAND_CHOICES = [(one.value, one.label) for one in BY_HAND]


class SignificanceScore(models.Model):
    """The flags of one customer with their evidence, as of the last run; who has none has no row.

    `value` and `volume` are in the company's currency, set where they are in the top tenth. `followers` are those
    who became customers after they were referred or influenced, `ideas` the adopted suggestions that they asked for,
    `introduced` the customers at whom they opened the doors, `openings` the markets in which they were the first
    (`market:KEY`, `country:CODE`); each with the first day. Built anew by each run and swapped in.
    """

    run_id = models.BigIntegerField()
    as_of = models.DateField()
    contact = models.OneToOneField(
        "contacts.Contact", primary_key=True, on_delete=models.CASCADE, related_name="significance", db_constraint=False
    )
    kinds = ArrayField(models.CharField(max_length=16, choices=Significance), default=list)
    value = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    volume = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    followers = models.IntegerField(default=0)
    followed_on = models.DateField(null=True)
    ideas = models.IntegerField(default=0)
    adopted_on = models.DateField(null=True)
    introduced = models.IntegerField(default=0)
    introduced_on = models.DateField(null=True)
    openings = ArrayField(models.CharField(max_length=100), default=list)
    opened_on = models.DateField(null=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex(fields=["kinds"], name="analytics_significance_kinds")]

    def __str__(self) -> str:
        return ", ".join(self.kinds)


class SignificanceMark(models.Model):
    """Somebody says of a contact that it is a benchmark, an inspiration or a door opener, and why. It holds until it
    is taken away, whatever the runs find."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="significance_marks")
    kind = models.CharField("significant as", max_length=16, choices=HAND_CHOICES)
    reason = models.CharField(
        "why", max_length=300, validators=[MinLengthValidator(3)], help_text="What they do for us, in a sentence."
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "kind"],
                name="analytics_significance_once",
                violation_error_message="This is said of them already.",
            ),
        ]
        indexes = [models.Index(fields=["kind", "contact"], name="analytics_significance_mark")]

    def __str__(self) -> str:
        return f"{self.contact}: {self.get_kind_display()}"
