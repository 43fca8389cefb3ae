"""The share of wallet as fields of contacts: lists, filters, segments, reports."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from analytics.models import WalletScore
from crm.catalogue import FieldSpec
from crm.templatetags.figures import NOTHING, percent

GROUP = "Worth"
ANSWERS = "feedback.answer.value"


def wallet_of(contact: Any) -> WalletScore | None:
    """What is known of a contact's share of wallet, None where they never said what they spend."""
    try:
        found: WalletScore = contact.wallet
    except ObjectDoesNotExist:
        return None
    return found


def wallet_cell(contact: Any) -> str:
    found = wallet_of(contact)
    return percent(found.share) if found is not None and found.share is not None else NOTHING


WALLET_FIELDS = (
    FieldSpec(
        "wallet", "Share of wallet", "wallet__share", kind="number", cell=wallet_cell, sort=True, group=GROUP, order=29,
        select=("wallet",), is_score=True, covers=("analytics.walletscore.our_amount",),
        shows=("revenue", ANSWERS),
        help="What they bought of us in a year over what they say that they spend in it; from 0 to 1, such as 0.3.",
    ),
    FieldSpec(
        "wallet_said", "Says they spend a year", "wallet__said_amount", kind="money", sort=True, group=GROUP, order=29,
        select=("wallet",), is_score=True, covers=("analytics.walletscore.said_on",),
        shows=(ANSWERS,),
        help="With everybody, by their last answer.",
    ),
)  # fmt: skip
