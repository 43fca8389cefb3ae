"""What becomes of contacts when an import is taken back: they are found by what they have then."""

from __future__ import annotations

from contacts.keeping import refresh_search_of
from crm.importing.taking_back.rules import TakingBack

RULES = TakingBack(mends={"contacts.contact": (refresh_search_of,)})
