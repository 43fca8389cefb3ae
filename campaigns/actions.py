"""Writes of campaigns: their plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from campaigns.models import Campaign
from crm.log import log
from crm.models import User
from crm.saving import assign, locked


@transaction.atomic
def plan_campaign(*, actor: User | None, fields: Mapping[str, Any]) -> Campaign:
    """Write a campaign down; who is in it comes later, or with its results from a file."""
    campaign: Campaign = Campaign.objects.create(**fields)
    log(actor=actor, verb="create", object=campaign, summary=f"Planned the campaign {campaign}")
    return campaign


@transaction.atomic
def change_campaign(*, actor: User | None, campaign: Campaign, version: int, fields: Mapping[str, Any]) -> Campaign:
    """Change what is given of the plan; its figures follow. Raises `StaleRecord` as every change does."""
    current: Campaign = locked(campaign, version)
    if changed := assign(current, fields):
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of {current}")
    return current
