"""The rung of the ladder of loyalty as a field of contacts: lists, filters, segments, reports, files."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from analytics.choices import Rung
from analytics.models import LadderScore
from crm.catalogue import FieldSpec
from crm.templatetags.figures import NOTHING
from crm.templatetags.pieces import pill

GROUP = "Worth"
RUNG_TONES: dict[str, str] = {
    Rung.SUSPECT: "neutral", Rung.PROSPECT: "neutral", Rung.CUSTOMER: "accent", Rung.CLIENT: "accent",
    Rung.SUPPORTER: "good", Rung.ADVOCATE: "good",
}  # fmt: skip


def ladder_of(contact: Any) -> LadderScore | None:
    """The rung of a contact, None where it has none."""
    try:
        found: LadderScore = contact.ladder
    except ObjectDoesNotExist:
        return None
    return found


def rung_cell(contact: Any) -> str:
    found = ladder_of(contact)
    return pill(found.get_rung_display(), RUNG_TONES.get(found.rung, "neutral")) if found else NOTHING


PORTFOLIO_FIELDS = (
    FieldSpec(
        "ladder", "Rung of loyalty", "ladder__rung", kind="choice", choices=lambda: Rung.choices, cell=rung_cell,
        group=GROUP, order=29, select=("ladder",), is_score=True,
        covers=("analytics.ladderscore.evidence", "analytics.ladderscore.evidence_on", "analytics.ladderscore.count"),
        help="Suspect, prospect, customer, client, supporter, advocate: the highest reached.",
    ),
)  # fmt: skip
