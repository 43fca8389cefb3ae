"""The first hour: a segment, and a mail to it."""

from __future__ import annotations

from django.urls import reverse

from campaigns.choices import CampaignState
from campaigns.models import Campaign, Segment
from crm.access import can
from crm.choices import Role, Verb
from crm.starting.spec import StartStep

STEPS = (
    StartStep(
        "segment",
        "Make a first segment",
        "Customers with something in common, such as everybody in one country.",
        "New segment",
        lambda: reverse("campaigns:segment_create"),
        lambda user: Segment.objects.exists(),
        order=70,
        is_setup=True,
        roles=(Role.MARKETER,),
        may=lambda user: can(user, Verb.ADD, Segment),
        help="start#a-first-segment-mailed",
    ),
    StartStep(
        "campaign",
        "Send them a first mail",
        "A campaign to the segment. Before anything leaves you see who gets it, and send a test to yourself.",
        "New campaign",
        lambda: reverse("campaigns:campaign_create"),
        lambda user: Campaign.objects.exclude(state=CampaignState.PLANNED).exists(),
        order=80,
        is_setup=True,
        roles=(Role.MARKETER,),
        may=lambda user: can(user, Verb.ADD, Campaign),
        help="start#a-first-segment-mailed",
    ),
)
