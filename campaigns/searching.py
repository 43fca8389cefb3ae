"""Segments, campaigns, offers and plays in the search of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from campaigns.models import Campaign, Offer, Play, Segment
from crm.search.finding import find_by_text
from crm.search.spec import SearchFound, SearchHit, SearchSource

if TYPE_CHECKING:
    from crm.models import User


def find_segments(user: User, text: str, limit: int) -> SearchFound:
    """Segments by any part of their name."""
    return find_by_text(Segment.objects.visible_to(user), user, text, limit, show_segments)


def show_segments(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    rows = Segment.objects.visible_to(user).filter(pk__in=keys)
    return {
        one.pk: SearchHit(one.name, one.get_absolute_url(), "pie-chart", "fixed" if one.is_fixed else "live")
        for one in rows
    }


def find_campaigns(user: User, text: str, limit: int) -> SearchFound:
    """Campaigns by any part of their name, or their external id."""
    return find_by_text(Campaign.objects.visible_to(user), user, text, limit, show_campaigns)


def show_campaigns(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    rows = Campaign.objects.visible_to(user).filter(pk__in=keys)
    return {
        one.pk: SearchHit(
            one.name, one.get_absolute_url(), "megaphone",
            " · ".join(filter(None, (one.get_type_display(), one.get_channel_display(), one.get_state_display()))),
        )
        for one in rows
    }  # fmt: skip


def find_offers(user: User, text: str, limit: int) -> SearchFound:
    """Offers by any part of their name, or their external id."""
    return find_by_text(Offer.objects.visible_to(user), user, text, limit, show_offers)


def show_offers(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    rows = Offer.objects.visible_to(user).filter(pk__in=keys).select_related("product")
    return {
        one.pk: SearchHit(
            one.name, one.get_absolute_url(), "gift", " · ".join(filter(None, (one.in_words, one.benefit_words)))
        )
        for one in rows
    }


def find_plays(user: User, text: str, limit: int) -> SearchFound:
    """Plays by any part of their name."""
    return find_by_text(Play.objects.visible_to(user), user, text, limit, show_plays)


def show_plays(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    rows = Play.objects.visible_to(user).filter(pk__in=keys)
    return {
        one.pk: SearchHit(
            one.name, one.get_absolute_url(), "signpost-split",
            " · ".join((one.get_event_display(), one.get_state_display())),
        )
        for one in rows
    }  # fmt: skip


SOURCES = (
    SearchSource(
        "segments", "Segments", "campaigns.segment", find_segments, show_segments,
        all_url_name="campaigns:segment_list",
    ),
    SearchSource(
        "campaigns", "Campaigns", "campaigns.campaign", find_campaigns, show_campaigns,
        all_url_name="campaigns:campaign_list",
    ),
    SearchSource(
        "offers", "Offers", "campaigns.offer", find_offers, show_offers, all_url_name="campaigns:offer_list"
    ),
    SearchSource("plays", "Plays", "campaigns.play", find_plays, show_plays, all_url_name="campaigns:play_list"),
)  # fmt: skip
