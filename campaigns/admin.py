"""Campaigns in the administration, and the rules of sending."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db import models

from campaigns.models import Campaign, Offer, Play, Segment, SendingRules
from crm.administration.bases import LoggedAdmin, ViewOnlyAdmin, register_the_rest


@admin.register(SendingRules)
class SendingRulesAdmin(LoggedAdmin):
    """One row, number 1: what holds for every campaign."""

    list_display = ("__str__", "approval_above", "most_mails", "in_days", "quiet_from", "quiet_until")
    sortable_by = ()
    # a time of everybody's own clock: nothing to be reckoned from the server's
    formfield_overrides = {models.TimeField: {"widget": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}}
    fieldsets = (
        (None, {"fields": ("approval_above", ("most_mails", "in_days"))}),
        ("Quiet hours", {
            "fields": (("quiet_from", "quiet_until"), "quiet_weekends", "quiet_days"),
            "description": "Mails of campaigns wait until they end, on the clock where each person is. Mails to one "
            "person (answers, sign-in) never wait.",
        }),
    )  # fmt: skip


@admin.register(Campaign)
class CampaignAdmin(ViewOnlyAdmin):
    """Campaigns are planned on their pages, where each change is checked and logged."""

    list_display = ("name", "type", "channel", "state", "owner", "starts_on")
    list_select_related = ("owner",)
    list_filter = ("state", "type")
    found_by = ("name", "external_id")
    sortable_by = ()


@admin.register(Segment)
class SegmentAdmin(ViewOnlyAdmin):
    """Segments are made on their pages, where their filter is held against the fields."""

    list_display = ("name", "is_fixed", "size", "counted_at", "owner")
    list_select_related = ("owner",)
    found_by = ("name", "external_id")
    sortable_by = ()


@admin.register(Offer)
class OfferAdmin(ViewOnlyAdmin):
    """Offers are made on their pages, where what customers were promised is kept."""

    list_display = ("name", "product", "benefit", "benefit_value", "valid_until", "owner", "archived_at")
    list_select_related = ("product", "owner")
    found_by = ("name", "external_id")
    sortable_by = ()


@admin.register(Play)
class PlayAdmin(ViewOnlyAdmin):
    """Plays are made and started on their pages, where what is in the way is said."""

    list_display = ("name", "event", "state", "owner", "started_at", "ended_at")
    list_select_related = ("owner",)
    list_filter = ("state", "event")
    found_by = ("name", "external_id")
    sortable_by = ()


register_the_rest("campaigns")
