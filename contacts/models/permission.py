"""What people allow the company to write to them about: a ledger that is only added to, and the house's rules."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from contacts.choices import ConsentChannel, ConsentLevel, LegalBasis
from contacts.models.contacts import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths

EVERY_PURPOSE = "all"
purpose_key = RegexValidator(r"^[a-z0-9][a-z0-9_ -]*$", "Small letters, digits and hyphens, such as newsletter.")


class Purpose(models.Model):
    """What a message is for, and the least level of consent that it needs; no level: only that nobody said no."""

    key = models.CharField(max_length=60, unique=True, validators=[purpose_key])
    label = models.CharField(max_length=80)
    least_level = models.PositiveSmallIntegerField("needs at least", choices=ConsentLevel, default=ConsentLevel.OPT_IN)
    description = models.CharField(max_length=200, blank=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label


class Consent(models.Model):
    """One thing that somebody allowed or took back, for one channel and one purpose (`all`: whatever it is for).

    The newest row that speaks of a channel and a purpose is the one in force. Rows are only ever added; the database
    lets the application do nothing else with them.
    """

    # the database takes them away with their contact: the application may not
    contact = models.ForeignKey(Contact, on_delete=models.DO_NOTHING, related_name="consents", db_index=False)
    channel = models.CharField(max_length=16, choices=ConsentChannel)
    purpose = models.CharField(max_length=60, default="marketing", validators=[purpose_key])
    level = models.PositiveSmallIntegerField(choices=ConsentLevel)
    basis = models.CharField("legal basis", max_length=24, choices=LegalBasis, default=LegalBasis.CONSENT, blank=True)
    recorded_at = models.DateTimeField("when they said so", default=timezone.now)
    source = models.CharField("where they said so", max_length=200, blank=True)
    wording = models.TextField("what they agreed to, word for word", blank=True)
    proof = models.CharField(max_length=300, blank=True)
    external_id = models.CharField(max_length=200, null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,  # nobody may change these rows
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                condition=models.Q(external_id__isnull=False),
                name="contacts_consent_external_id",
            )
        ]
        indexes = [
            models.Index(fields=["contact", "channel", "-recorded_at", "-id"], name="contacts_consent_in_force"),
            models.Index(fields=["channel", "purpose", "level"], name="contacts_consent_purpose"),
            models.Index(fields=["-recorded_at"], name="contacts_consent_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}, {self.purpose}: {self.get_level_display()}"

    @property
    def is_granted(self) -> bool:
        return self.level > ConsentLevel.NONE
