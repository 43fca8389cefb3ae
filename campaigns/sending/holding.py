"""What was paused when a backup was put back, and what this instance knows of what had left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max

from campaigns.choices import CampaignState, RecipientState
from campaigns.models import Campaign, Play, Recipient
from crm.models import LogEntry

OPEN_STATES = (RecipientState.WAITING, RecipientState.HELD, RecipientState.HANDED)


@dataclass(frozen=True)
class Held:
    """How many wait in a campaign, and when the last of those was sent that the backup knows of."""

    waiting: int
    last_at: dt.datetime | None


def was_held_back(record: Campaign | Play) -> bool:
    """Whether it was last paused because sending was held after a restore, not by a person."""
    told = LogEntry.objects.filter(model=record._meta.label_lower, object_id=record.pk, verb__in=("pause", "hold"))
    return told.order_by("-at", "-pk").values_list("verb", flat=True).first() == "hold"


def held_of(campaign: Campaign) -> Held | None:
    """What is to be known before a campaign goes on that was paused by a restore; None for any other."""
    if campaign.state != CampaignState.PAUSED or not was_held_back(campaign):
        return None
    rows = Recipient.objects.filter(campaign=campaign)
    return Held(rows.filter(state__in=OPEN_STATES).count(), rows.aggregate(last=Max("sent_at"))["last"])
