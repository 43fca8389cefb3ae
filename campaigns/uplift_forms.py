"""From which campaign to learn whom it moved."""

from __future__ import annotations

from typing import Any

from django import forms

from analytics.forms import AsOfForm
from campaigns.choices import CampaignState, Reached
from campaigns.models import Variant

MOST_CAMPAIGNS = 200
NONE = "No campaign that is over had a control group. Keep a part out of the next one, and it can be learned from."
OUTCOMES = ((Reached.RESPONDED.value, "They responded"), (Reached.CONVERTED.value, "They converted (bought, signed)"))


class UpliftRunForm(AsOfForm):
    """As of which day, from which campaign (or one of its variants), and what counts as moved."""

    source = forms.ChoiceField(
        label="Learn from",
        help_text="Campaigns that are over and had a control group.",
        error_messages={"required": NONE},
    )
    outcome = forms.ChoiceField(label="Moved means", choices=OUTCOMES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = sources()
        self.fields["source"].choices = [(key, words) for key, words, _ in found]  # type: ignore[attr-defined]
        if not found:
            self.fields["source"].help_text = NONE


def sources() -> list[tuple[str, str, tuple[str, str | None]]]:
    """(key, words, (campaign, variant)) of what can be learned from, the newest campaign first."""
    rows = Variant.objects.filter(
        campaign__state=CampaignState.OVER, campaign__play=None, campaign__variants__is_control=True
    )
    rows = rows.filter(is_control=False).order_by("-campaign__starts_on", "-campaign_id", "position", "pk")
    by_campaign: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for campaign, name, key, variant in rows.values_list("campaign_id", "campaign__name", "pk", "name"):
        by_campaign.setdefault((campaign, name), []).append((key, variant))
    found: list[tuple[str, str, tuple[str, str | None]]] = []
    for (campaign, name), variants in list(by_campaign.items())[:MOST_CAMPAIGNS]:
        found.append((str(campaign), name, (name, None)))
        if len(variants) > 1:
            found += [(f"{campaign}:{key}", f"{name}: only {one}", (name, one)) for key, one in variants]
    return found
