"""What becomes of segments and redeemed codes when an import is taken back: they are told from the records."""

from __future__ import annotations

from crm.importing.taking_back.rules import TakingBack

RULES = TakingBack(
    derived=("campaigns.segmentmember", "campaigns.segmentmove", "campaigns.redemption", "campaigns.varianttally")
)
