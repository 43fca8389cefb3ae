"""What a person may know of what campaigns have taught: figures of the whole base, and the reasons of a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.churn_words import Reason, reasons_in_words
from analytics.rights import sees_whole_base
from contacts.models import Contact
from crm.field_rights import hidden_fields, hides
from crm.models import User

OUTCOMES = ("campaigns.recipient.responded", "campaigns.recipient.converted")
SHOWN = 3
NOT_KNOWN = ": not known"
# features that are no fields of a contact, by the stored field that they tell
TOLD_BY = {
    "purchases": "orders.order.ordered_on",
    "recency": "orders.order.ordered_on",
    "money_365": "orders.order.base_amount",
    "campaigns": "campaigns.recipient.sent_at",
    "responses": "campaigns.recipient.responded",
}


def may_see_outcomes(user: User) -> bool:
    """Whether a person may see what came of campaigns over all customers."""
    return sees_whole_base(user) and not hides(user, *OUTCOMES)


def speaking_reasons(stored: Sequence[Sequence[Any]], labels: Mapping[str, str], user: User) -> list[Reason]:
    """The strongest of the stored reasons that speak for it, without those that tell what is hidden from the person."""
    hidden = hidden_fields(user, Contact)
    seen = [one for one in stored if not _is_hidden(one[0], user, hidden)]
    found = reasons_in_words(seen, labels, is_by_label=True)
    return [one for one in found if one.raises and not one.text.endswith(NOT_KNOWN)][:SHOWN]


def _is_hidden(feature: str, user: User, hidden: frozenset[str]) -> bool:
    """A custom field is called by its key, of several choices each is a feature (`rooms`, `likes:tea`)."""
    if feature in hidden or f"custom__{feature.partition(':')[0]}" in hidden:
        return True
    return feature in TOLD_BY and hides(user, TOLD_BY[feature])
