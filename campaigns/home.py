"""What campaigns bring to the home page of marketers: what runs and how far it is, and which segments moved."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.db.models import Count, Q
from django.http import HttpRequest

from campaigns.choices import CampaignState, PlayState, Reached
from campaigns.marks import mark_url
from campaigns.models import Campaign, Play, Recipient, Segment
from campaigns.plays.queries import read_play_figures
from campaigns.queries import read_outcomes
from campaigns.segments.moves import moved_segments
from campaigns.tallies import sees_everybody
from contacts.models import Contact
from crm.access import can
from crm.choices import Role, Verb
from crm.company import company_today
from crm.models import User
from crm.requests import SignedInRequest
from crm.tiles.counting import count_figures
from crm.tiles.spec import Figure, HomeCard, HomeFigures

RUNNING = (CampaignState.SENDING.value, CampaignState.PAUSED.value, CampaignState.SENT.value)
MOST = 5
MOVED_DAYS = 7


def running_figures(user: User) -> list[Figure]:
    """How many campaigns and plays run."""
    return [
        *count_figures(
            user, "campaigns.campaign", "campaigns:campaign_list", {"state": RUNNING},
            says="Campaigns under way", note="sending, paused or sent; their people may still respond",
        ),
        *count_figures(
            user, "campaigns.play", "campaigns:play_list", {"state": PlayState.RUNNING.value},
            says="Plays running", note="let people in and move them on",
        ),
    ]  # fmt: skip


def running_card(request: HttpRequest) -> dict[str, Any] | None:
    """The newest campaigns and plays that run, each with how far it is; None for who may see none."""
    user = cast(SignedInRequest, request).user
    if not can(user, Verb.VIEW, Campaign):
        return None
    campaigns = list(Campaign.objects.visible_to(user).filter(state__in=RUNNING).order_by("-launched_at", "-pk")[:MOST])
    plays = list(Play.objects.visible_to(user).filter(state=PlayState.RUNNING).order_by("-started_at", "-pk")[:MOST])
    read_outcomes(campaigns, user)
    read_play_figures(plays, user)
    far = _how_far(user, campaigns)
    return {
        "campaigns": [_campaign_line(campaign, *far.get(campaign.pk, (0, 0))) for campaign in campaigns],
        "plays": plays,
    }


def _campaign_line(campaign: Any, everybody: int, left: int) -> dict[str, Any]:
    together = campaign.outcome.together
    return {
        "campaign": campaign,
        "everybody": everybody,
        "left": left,
        "percent": 100 * left // everybody if everybody else 100,
        "rate": together.rate(Reached.RESPONDED),
        "responded_url": mark_url(campaign.pk, Reached.RESPONDED.value),
    }


def _how_far(user: User, campaigns: list[Campaign]) -> dict[int, tuple[int, int]]:
    """By campaign: to how many a mail was to go, and to how many it has gone; of the people that the person sees."""
    rows = Recipient.objects.filter(campaign__in=campaigns, variant__is_control=False)
    if not sees_everybody(user):
        rows = rows.filter(contact__in=Contact.objects.visible_to(user).order_by().values("pk"))
    counts = rows.order_by().values_list("campaign").annotate(n=Count("pk"), left=Count("pk", filter=~Q(sent_at=None)))
    return {key: (n, left) for key, n, left in counts}


def moved_card(request: HttpRequest) -> dict[str, Any] | None:
    """The segments that the most people entered or left in the last seven days; None for who may see none."""
    user = cast(SignedInRequest, request).user
    since = company_today() - dt.timedelta(days=MOVED_DAYS)
    rows = moved_segments(user, since, MOST + 3)
    return {"rows": rows, "days": MOVED_DAYS} if can(user, Verb.VIEW, Segment) else None


MARKETING = (Role.MARKETER,)
CARDS = (
    HomeCard(
        "running", "campaigns/_home_running.html", running_card, roles=MARKETING, order=10, label="Under way",
        is_late=True,
    ),
    HomeCard(
        "moved", "campaigns/segments/_home_moved.html", moved_card, roles=MARKETING, order=12,
        label="Segments that moved", is_late=True, height="s", place="side",
    ),
)  # fmt: skip
FIGURES = (HomeFigures("campaigns", "Campaigns", running_figures, roles=MARKETING, order=20, most=2),)
