"""What a person may know of what campaigns have taught: figures of the whole base, and the reasons of a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.churn_words import Reason
from analytics.reasons import reasons_shown
from analytics.rights import sees_whole_base
from contacts.models import Contact
from crm.field_rights import hides
from crm.models import User

OUTCOMES = ("campaigns.recipient.responded", "campaigns.recipient.converted")
SHOWN = 3


def may_see_outcomes(user: User) -> bool:
    """Whether a person may see what came of campaigns over all customers."""
    return sees_whole_base(user) and not hides(user, *OUTCOMES)


def speaking_reasons(stored: Sequence[Sequence[Any]], labels: Mapping[str, str], user: User) -> list[Reason]:
    """The strongest of the stored reasons that speak for it, without those that tell what is hidden from the person."""
    found = reasons_shown(stored, labels, user, Contact, is_by_label=True)
    return [one for one in found if one.raises and one.is_known][:SHOWN]
