"""What it costs to serve a contact, as fields for lists, filters, segments and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist

from crm.catalogue import FieldSpec

if TYPE_CHECKING:
    from analytics.models import CostScore

GROUP = "Worth"


def serving_of(contact: Any) -> CostScore | None:
    """What a contact cost to serve, None where it is not reckoned."""
    try:
        found: CostScore = contact.serving
    except ObjectDoesNotExist:
        return None
    return found


COST_FIELDS = (
    FieldSpec(
        "cost_to_serve", "Cost to serve", "serving__cost_to_serve", kind="money", sort=True, group=GROUP, order=29,
        select=("serving",), is_score=True, covers=("analytics.costscore.counts",),
        help="Orders, calls, meetings, tickets and the like of the last months, each at its rate.",
    ),
    FieldSpec(
        "served_profit", "Profit after serving", "serving__profit", kind="money", sort=True, group=GROUP, order=29,
        select=("serving",), is_score=True, covers=("analytics.costscore.contribution",),
        help="Contribution of the same months less the cost to serve; empty where costs of goods are not known.",
    ),
)  # fmt: skip
