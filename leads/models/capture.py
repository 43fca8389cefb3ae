"""Forms that a marketer builds and strangers fill in."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from contacts.choices import ListKind
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from leads.choices import SubmissionState
from leads.models.leads import Lead


def form_token() -> str:
    """The unguessable part of a form's address."""
    return secrets.token_urlsafe(16)


class CaptureForm(models.Model):
    """A public form at /f/TOKEN/. `fields` are [{"name", "label", "required"}] in order: facts of a lead, or custom
    fields (`custom.KEY`). With `confirms` a lead comes in only when its address was confirmed by a mail."""

    name = models.CharField(max_length=120, unique=True)
    token = models.CharField(max_length=40, unique=True, default=form_token, editable=False)
    is_active = models.BooleanField("in use", default=True)
    title = models.CharField(max_length=160)
    intro = models.TextField("introduction", blank=True)
    fields = models.JSONField(default=list, blank=True, editable=False)
    submit_label = models.CharField("words of the button", max_length=60, default="Send")
    consent_wording = models.TextField(
        "wording of the consent", blank=True, help_text="Empty: nothing is asked, and nothing may be mailed."
    )
    consent_purpose = models.CharField("consent is for", max_length=60, default="marketing")
    consent_required = models.BooleanField("nobody gets on without consent", default=False)
    confirms = models.BooleanField("confirm the address by a mail (double opt-in)", default=False)
    thanks_title = models.CharField(max_length=160, default="Thank you")
    thanks_text = models.TextField(blank=True, default="We will be in touch.")
    source = models.CharField(max_length=120, default="Web form")
    list_kind = models.CharField(max_length=16, choices=ListKind, default=ListKind.RESPONSE)
    list_name = models.CharField("list", max_length=120, blank=True)
    campaign = models.CharField(max_length=120, blank=True)
    product = models.ForeignKey(
        "orders.Product", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="interest"
    )
    sequence = models.ForeignKey(
        "leads.Sequence", null=True, blank=True, on_delete=models.SET_NULL, related_name="forms"
    )
    allowed_sites = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, help_text="Sites that may show it in a frame."
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("leads:form_detail", self.pk)

    @property
    def public_path(self) -> str:
        return reverse("leads:public_form", args=[self.token])


class CaptureSubmission(models.Model):
    """What somebody sent by a form, as they sent it; the lead that it became, once it did."""

    form = models.ForeignKey(CaptureForm, on_delete=models.CASCADE, related_name="submissions")
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.SET_NULL, related_name="submissions")
    state = models.CharField(max_length=12, choices=SubmissionState)
    values = models.JSONField(default=dict)
    utm = models.JSONField(default=dict)
    has_consent = models.BooleanField(default=False)
    wording = models.TextField(blank=True)
    ip_digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)

    access = AccessPaths(through="form", parent="leads.captureform")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["form", "ip_digest", "-created_at"], name="leads_submission_limit"),
            models.Index(fields=["form", "-created_at", "-id"], name="leads_submission_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.created_at:%Y-%m-%d}"
