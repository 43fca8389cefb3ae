"""What the scores of a customer add to the fields of their answers."""

from __future__ import annotations

from typing import Any

from analytics.clv_specs import forecast_of
from analytics.specs import score_of, segment_cell, segment_names
from crm.catalogue import FieldSpec
from crm.templatetags.figures import NOTHING


def _segment(response: Any) -> str:
    return segment_cell(response.contact) if response.contact_id else NOTHING


def _segment_name(response: Any) -> str:
    score = score_of(response.contact) if response.contact_id else None
    return score.segment if score else ""


def _clv(response: Any) -> Any:
    found = forecast_of(response.contact) if response.contact_id else None
    return found.clv if found else None


RESPONSE_FIELDS = (
    FieldSpec(
        "segment", "Segment", "contact__rfm__segment", kind="choice", choices=segment_names, order=60, cell=_segment,
        value=_segment_name, select=("contact__rfm",), is_score=True, help="Of the customer, as last scored.",
    ),
    FieldSpec(
        "clv", "Worth ahead", "contact__lifetime__clv", kind="money", order=61, select=("contact__lifetime",),
        value=_clv, is_score=True, help="What the customer is expected to bring, as last computed.",
    ),
)  # fmt: skip
