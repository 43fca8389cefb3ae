"""Who has asked for fewer mails than a campaign would make it: the condition that the audience and the claim ask."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, Value, When

from campaigns.choices import TOO_SOON, CampaignChannel, RecipientState
from campaigns.models import Campaign, MailPace, Recipient

REACHED_STATES = (
    RecipientState.WAITING,
    RecipientState.HELD,
    RecipientState.HANDED,
    RecipientState.SENT,
    RecipientState.UNCERTAIN,
)


def too_soon(campaign: Campaign, now: dt.datetime) -> list[When]:
    """Why a contact of the outer query would get a mail sooner than they want it, the strictest wish first. For mails
    alone; the people of this campaign who wait for it are not in their own way, those of an earlier round of a play
    are."""
    if campaign.channel != CampaignChannel.EMAIL:
        return []
    return [When(_mailed_within(days, campaign, now), then=Value(words)) for days, words in TOO_SOON.items()]


def _mailed_within(days: int, campaign: Campaign, now: dt.datetime) -> Exists:
    """Few have such a wish, so that they are found first, once for the whole audience."""
    since = now - dt.timedelta(days=days)
    rows = Recipient.objects.filter(
        Q(recorded_at__gte=since) | Q(sent_at__gte=since),
        contact=OuterRef("contact"),
        campaign__channel=CampaignChannel.EMAIL,
        state__in=REACHED_STATES,
    )
    waiting = (RecipientState.WAITING, RecipientState.HELD)
    mailed = Exists(rows.exclude(campaign=campaign.pk, state__in=waiting))
    return Exists(MailPace.objects.filter(mailed, contact=OuterRef("pk"), days=days))
