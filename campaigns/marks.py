"""The contacts behind a figure of a campaign, as a filter of their list: exactly those that were counted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from campaigns.choices import CameBack, Reached, RecipientState
from campaigns.models import Campaign, Recipient, Variant

FIGURES: dict[str, tuple[str, Q]] = {
    "in": ("in it", Q()),
    "reached": ("reached", Q(variant__is_control=False)),
    "control": ("control group", Q(variant__is_control=True)),
    **{name: (label.lower(), Q(**{name: True})) for name, label in (*Reached.choices, *CameBack.choices)},
    "silent": ("reached, no response", Q(variant__is_control=False, responded=False)),
    **{f"state:{state}": (label, Q(state=state)) for state, label in RecipientState.choices},
    "buyers": ("spent something", Q(amount__gt=0)),
}
"""What is counted of a campaign: words, and which recipients."""


def mark_url(campaign: int, figure: str, variant: int | None = None) -> str:
    """The list of the contacts behind a figure, archived ones too: they were counted."""
    mark = "|".join([str(campaign), figure, str(variant or "")])
    return f"{reverse('contacts:contact_list')}?{urlencode({'campaigned': mark, 'state': 'all'})}"


def condition(mark: str) -> Q:
    """The condition on contacts that a mark means. Raises ValueError with a sentence."""
    campaign, figure, variant = _read(mark)
    rows = Recipient.objects.filter(FIGURES[figure][1], contact=OuterRef("pk"), campaign=campaign)
    return Q(Exists(rows.filter(variant=variant) if variant else rows))


def words(mark: str) -> str:
    """`Spring frames, B: responded`."""
    key, figure, variant = _read(mark)
    name = Campaign.everything.filter(pk=key).values_list("name", flat=True).first() or "a campaign"
    part = Variant.objects.filter(pk=variant, campaign=key).values_list("name", flat=True).first() if variant else ""
    return f"{name}{f', {part}' if part else ''}: {FIGURES[figure][0]}"


def _read(mark: str) -> tuple[int, str, int | None]:
    parts: list[Any] = mark.split("|")
    try:
        campaign, figure, variant = parts
        is_number = all(one.isascii() and one.isdecimal() and len(one) < 19 for one in (campaign, variant or "0"))
        if not is_number or figure not in FIGURES:
            raise ValueError
    except ValueError:
        raise ValueError("This is no figure of a campaign.") from None
    return int(campaign), figure, int(variant) if variant else None
