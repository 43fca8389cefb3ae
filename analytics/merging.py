"""What becomes of scores, alerts and pairs when two contacts become one."""

from __future__ import annotations

from analytics.models import DistinctPair
from contacts.merging.keys import ASIDE, DERIVED, ContactKey, ContactKeys

MONTHS = "A month that has ended is of the contacts as they were then."


def refuse_distinct(kept: int, gone: int) -> str:
    """Somebody has said of the two that they are not the same."""
    first, second = sorted((kept, gone))
    if DistinctPair.objects.filter(first=first, second=second).exists():
        return "Somebody said that these two are not the same. Take that back first, on the page of the pair."
    return ""


KEYS = ContactKeys(
    keys=(
        *(
            ContactKey(f"analytics.{score}score", "contact", twice=DERIVED, told=False)
            for score in (
                "rfm",
                "clv",
                "churn",
                "cluster",
                "cost",
                "prospect",
                "quality",
                "ladder",
                "strategy",
                "wallet",
                "significance",
                "profile",
                "next",
                "family",
            )
        ),
        ContactKey("analytics.scorehistory", "contact", because=MONTHS),
        ContactKey("analytics.significancemark", "contact", twice=ASIDE),
        ContactKey("analytics.sellalert", "contact", twice=ASIDE, told=False),
        ContactKey("analytics.duplicatepair", "first", twice=DERIVED, told=False),
        ContactKey("analytics.duplicatepair", "second", twice=DERIVED, told=False),
        ContactKey("analytics.distinctpair", "first", twice=ASIDE, other_end="second", is_ordered=True, told=False),
        ContactKey("analytics.distinctpair", "second", twice=ASIDE, other_end="first", is_ordered=True, told=False),
    ),
    refuses=(refuse_distinct,),
)
