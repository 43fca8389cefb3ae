"""Celery entry points of campaigns."""

from __future__ import annotations

import logging

from celery import shared_task
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from campaigns.choices import CampaignState, RecipientState
from campaigns.mail.pictures import forget_unused
from campaigns.models import Campaign, Recipient, Segment
from campaigns.plays import engine as plays
from campaigns.segments.actions import KIND
from campaigns.sending.deciding import decide_due
from campaigns.sending.engine import run_campaign
from campaigns.sending.outcomes import count_all
from campaigns.sending.waiting import move_on
from campaigns.set_back import draw_back_campaigns
from crm.company import current_company
from crm.jobs import claim_window, start_job

logger = logging.getLogger(__name__)
NIGHTLY_HOUR = 3


@shared_task(name="campaigns.send")
def send_campaign_task(campaign_id: int) -> int:
    """Hand over what may leave of one campaign; safe to run twice at once."""
    return run_campaign(campaign_id)


@shared_task(name="campaigns.sweep")
def sweep_campaigns_task() -> int:
    """Go on with every campaign that is sending, and settle the mails of those that are paused, or were called back
    while some were in the hands of a sender; how many. One that fails does not stop the others."""
    draw_back_campaigns(timezone.now())
    decide_due()
    under_way = Q(state__in=(CampaignState.SENDING, CampaignState.PAUSED))
    handed = Exists(Recipient.objects.filter(campaign=OuterRef("pk"), state=RecipientState.HANDED))
    rows = Campaign.everything.filter(under_way | Q(handed, state=CampaignState.CANCELLED))
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for key in keys:
        try:
            run_campaign(key)
        except (DatabaseError, ValidationError, ValueError, TypeError, LookupError):
            logger.exception("Campaign %s could not go on", key)
    move_on()
    return len(keys)


@shared_task(name="campaigns.count_outcomes")
def count_outcomes_task() -> int:
    """What people did with the campaigns that are under way."""
    return count_all()


@shared_task(name="campaigns.look_for_events")
def look_for_events_task() -> int:
    """Let into plays whom events bring, and out of them who has reached the goal; how many came in."""
    return plays.look_for_events()


@shared_task(name="campaigns.move_plays")
def move_plays_task() -> int:
    """Do what is due in plays; safe to run twice at once. How many people were moved."""
    return plays.move_on()


@shared_task(name="campaigns.forget_pictures")
def forget_pictures_task() -> int:
    """Take away pictures that were brought for a mail and never used; how many."""
    return forget_unused()


@shared_task(name="campaigns.count_segments")
def count_segments_task() -> bool:
    """Once a night write down who is in each live segment; called every hour. Whether it was started."""
    now = timezone.now().astimezone(current_company().zone)
    if now.hour < NIGHTLY_HOUR or not Segment.objects.filter(is_fixed=False).exists():
        return False
    with transaction.atomic():
        is_first = claim_window(KIND, now.date().isoformat())
        if is_first:
            start_job(actor=None, kind=KIND, title="Segments: who came and who left")
    return is_first
