"""The test of a campaign's variants as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from campaigns.models import Campaign, Recipient
from campaigns.page import Span, p_words, scale_of, span_of
from campaigns.sending.deciding import Arm, Pair, decision_of
from campaigns.specs import points
from campaigns.tallies import sees_everybody
from crm.field_rights import hidden_fields
from crm.models import User


@dataclass(frozen=True)
class PairRow:
    """Two variants: difference, drawing, p after Holm, and whether they differ."""

    pair: Pair
    words: str
    bounds: str
    span: Span
    p: str
    p_holm: str


@dataclass(frozen=True)
class WinnerPanel:
    """A test that waits for its moment (`arms` and `rows` are empty), or what it said. `is_small`: of too few for any
    winner. `is_hidden`: the viewer sees
    only some of the people, or no clicks and orders, so that they are told the winner alone."""

    campaign: Campaign
    winner: str
    given: str
    arms: list[Arm]
    rows: list[PairRow]
    is_hidden: bool
    is_small: bool = False


def winner_panel(campaign: Campaign, user: User) -> WinnerPanel | None:
    """The panel of a campaign that tests its variants; None for others."""
    if not campaign.test_share or campaign.launched_at is None:
        return None
    decision = decision_of(campaign)
    if decision is None:
        return WinnerPanel(campaign, "", "", [], [], is_hidden=False)
    column = "clicked" if campaign.decides_by == "clicks" else "converted"
    is_hidden = not sees_everybody(user) or column in hidden_fields(user, Recipient)
    first: Any = campaign.variants.filter(is_control=False).order_by("position", "pk").first()
    given = decision.winner or (first.name if first else "")
    if is_hidden:
        return WinnerPanel(campaign, decision.winner, given, [], [], is_hidden=True, is_small=decision.is_small)
    scale = scale_of([pair.difference for pair in decision.pairs])
    rows = [
        PairRow(
            pair, points(pair.value, 2), f"{points(pair.low, 2)} to {points(pair.high, 2)}",
            span_of(pair.difference, scale), p_words(pair.p), p_words(pair.p_holm),
        )
        for pair in decision.pairs
    ]  # fmt: skip
    return WinnerPanel(
        campaign, decision.winner, given, list(decision.arms), rows, is_hidden=False, is_small=decision.is_small
    )
