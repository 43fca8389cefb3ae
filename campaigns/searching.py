"""Campaigns in the search of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from campaigns.models import Campaign
from crm.catalogue import SearchFound, SearchHit, SearchSource
from crm.search.finding import find_by_text

if TYPE_CHECKING:
    from crm.models import User


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


SOURCES = (
    SearchSource(
        "campaigns", "Campaigns", "campaigns.campaign", find_campaigns, show_campaigns,
        all_url_name="campaigns:campaign_list",
    ),
)  # fmt: skip
