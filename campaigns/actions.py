"""Writes of campaigns: their plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from campaigns import approval
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
    """Change what is given of the plan; its figures follow. By another channel other people are reached in another way:
    an approval is void then, and once it has started ValidationError is raised. Raises `StaleRecord`, too."""
    current: Campaign = locked(campaign, version)
    if changed := assign(current, fields):
        if "channel" in changed:
            _refuse_other_channel(current)
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of {current}")
    return current


def _refuse_other_channel(campaign: Campaign) -> None:
    if not campaign.is_planned:
        raise ValidationError({"channel": "It has started: by what channel it goes stands fast."})
    approval.make_void(campaign)
