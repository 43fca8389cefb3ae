"""Leads, and the touches with them before they are somebody's contact history."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from contacts.choices import Channel, Direction, ListKind, Market
from contacts.countries import country_names
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from leads.choices import OPEN_STATUSES, LeadStatus, LostReason


class LeadQuerySet(VisibleQuerySet["Lead"]):
    """Leads, narrowed by state."""

    def current(self) -> LeadQuerySet:
        """Without the archived ones."""
        return self.filter(archived_at=None)

    def open(self) -> LeadQuerySet:
        """Those that somebody may still win."""
        return self.filter(archived_at=None, status__in=OPEN_STATUSES)


class Lead(models.Model):
    """Somebody who may become a customer, as they came to us; what is typed here changes no contact.

    `contact` is who they are known as: a lead of a known person points at that contact, a converted one at the contact
    that it became. `converted` is the outcome as far as it is known (None: open). `created_at` is when it came in,
    `added_at` when it was written down here. `respond_by` is the moment by which whoever got it has to touch it first.
    `waits_since` is since when it waits for somebody whom the rules may give it to, where nobody was free.
    `score` (0 to 100) comes from the rules of scoring; `hand_score` replaces it and the learned chance until it is
    taken away. Derived by the actions and the import: `sort_name`, `search_text`, `email_key`, `phone_key`.
    """

    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    name = models.CharField(max_length=300)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    organization = models.CharField(max_length=300, blank=True)
    email = models.CharField("e-mail", max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    city = models.CharField(max_length=150, blank=True)
    postal_code = models.CharField(max_length=32, blank=True)
    country = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=8, blank=True)
    industry = models.CharField(max_length=120, blank=True)
    market = models.CharField(max_length=16, choices=Market, blank=True)
    product = models.ForeignKey(
        "orders.Product",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="leads",
        verbose_name="interest",
    )
    message = models.TextField(blank=True)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)

    source = models.CharField(max_length=120, blank=True)
    list_kind = models.CharField(max_length=16, choices=ListKind, blank=True)
    list_name = models.CharField("list", max_length=120, blank=True, help_text="The list it was bought or gathered in.")
    campaign = models.CharField(max_length=120, blank=True)
    utm_source = models.CharField(max_length=120, blank=True)
    utm_medium = models.CharField(max_length=120, blank=True)
    utm_campaign = models.CharField(max_length=120, blank=True)
    utm_term = models.CharField(max_length=120, blank=True)
    utm_content = models.CharField(max_length=120, blank=True)

    contact = models.ForeignKey(
        "contacts.Contact", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )
    team = models.ForeignKey("crm.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    territory = models.ForeignKey(
        "crm.Territory", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )

    status = models.CharField(max_length=16, choices=LeadStatus, default=LeadStatus.NEW)
    status_at = models.DateTimeField(default=timezone.now, editable=False)
    lost_reason = models.CharField(max_length=16, choices=LostReason, blank=True)
    recycle_on = models.DateField(null=True, blank=True, help_text="The day on which it is worked on again.")
    converted = models.BooleanField(null=True, blank=True, editable=False)
    converted_at = models.DateTimeField(null=True, blank=True, editable=False)
    qualified_at = models.DateTimeField(null=True, blank=True, editable=False)
    lost_at = models.DateTimeField(null=True, blank=True, editable=False)
    assigned_at = models.DateTimeField(null=True, blank=True, editable=False)
    waits_since = models.DateTimeField(null=True, blank=True, editable=False)
    respond_by = models.DateTimeField(null=True, blank=True, editable=False)
    first_touch_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_touch_at = models.DateTimeField(null=True, blank=True, editable=False)

    score = models.SmallIntegerField(null=True, blank=True, editable=False)
    hand_score = models.SmallIntegerField(
        null=True, blank=True, editable=False, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    custom = models.JSONField(default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField("came in", default=timezone.now)
    added_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    sort_name = models.CharField(max_length=300, default="", editable=False)
    search_text = models.TextField(default="", editable=False)
    email_key = models.CharField(max_length=254, default="", editable=False)
    phone_key = models.CharField(max_length=60, default="", editable=False)

    access = AccessPaths(owner="owner", team="team", territory="territory")
    objects = LeadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="leads_newest"),
            models.Index(fields=["owner", "-created_at", "-id"], name="leads_owner_newest"),
            models.Index(fields=["team", "-created_at", "-id"], name="leads_team_newest"),
            models.Index(fields=["status", "-created_at", "-id"], name="leads_status_newest"),
            models.Index(fields=["sort_name", "id"], name="leads_sort"),
            models.Index(fields=["score", "id"], name="leads_score"),
            models.Index(fields=["contact"], name="leads_contact", condition=Q(contact__isnull=False)),
            models.Index(fields=["email_key"], name="leads_email", condition=~Q(email_key="")),
            models.Index(fields=["phone_key"], name="leads_phone", condition=~Q(phone_key="")),
            models.Index(
                fields=["respond_by"],
                name="leads_respond_by",
                condition=Q(first_touch_at=None, respond_by__isnull=False),
            ),
            models.Index(
                fields=["waits_since"], name="leads_waits_since", condition=Q(owner=None, waits_since__isnull=False)
            ),
            models.Index(fields=["recycle_on"], name="leads_recycle", condition=Q(recycle_on__isnull=False)),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="leads_search_trgm"),
            GinIndex(OpClass("custom", name="jsonb_path_ops"), name="leads_custom"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("leads:lead_detail", self.pk)

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def is_late(self) -> bool:
        """Whether nobody has touched it by the moment by which somebody should have."""
        return self.first_touch_at is None and self.respond_by is not None and self.respond_by < timezone.now()

    @property
    def country_name(self) -> str:
        return country_names().get(self.country, self.country)

    @property
    def place(self) -> str:
        return ", ".join(part for part in (self.city, self.country) if part)


class LeadTouch(models.Model):
    """One touch with a lead: a call, a mail, a meeting, a form that they sent. Of a lead with a contact, the contact's
    history holds it as an interaction with the external id `lead-touch:ID`."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="touches", db_index=False)
    channel = models.CharField(max_length=16, choices=Channel)
    direction = models.CharField(max_length=4, choices=Direction, default=Direction.OUTBOUND)
    occurred_at = models.DateTimeField(default=timezone.now)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    outcome = models.CharField(max_length=80, blank=True)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="lead_touches"
    )
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="lead", parent="leads.lead")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at", "-id"]
        verbose_name_plural = "lead touches"
        indexes = [models.Index(fields=["lead", "-occurred_at", "-id"], name="leads_touch_lead")]

    def __str__(self) -> str:
        return self.subject or self.get_channel_display()
