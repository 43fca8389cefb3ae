"""What becomes of figures when an import is taken back: those of records that go, go with them; the next run sees the
rest."""

from __future__ import annotations

from crm.importing.taking_back.rules import TakingBack

RULES = TakingBack(
    derived=("analytics.duplicatepair", "analytics.sellalert", "analytics.scorehistory", "analytics.dealforecast")
)
