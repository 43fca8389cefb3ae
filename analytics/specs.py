"""The scores as fields of a contact, for lists, filters, the record page and exports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Func, TextField, Value

from analytics import behind
from analytics.choices import RiskBand, Usage
from analytics.models import RfmSegment
from crm.catalogue import FieldSpec
from crm.templatetags.figures import NOTHING, days
from crm.templatetags.pieces import bar, pill, score_tiles

if TYPE_CHECKING:
    from analytics.models import ChurnScore, RfmScore

GROUP = "Worth"
USAGE_TONES: dict[str, str] = {Usage.HEAVY: "good", Usage.MODERATE: "accent", Usage.NEW: "accent"}

CHURN_TONES: dict[str, str] = {RiskBand.HIGH: "bad", RiskBand.MEDIUM: "warn", RiskBand.LOW: "good"}


def score_of(contact: Any) -> RfmScore | None:
    """The scores of a contact, None where there are none."""
    try:
        found: RfmScore = contact.rfm
    except ObjectDoesNotExist:
        return None
    return found


def tiles_cell(contact: Any) -> str:
    score = score_of(contact)
    return score_tiles(score.r, score.f, score.m) if score else NOTHING


def tiles_value(contact: Any) -> str:
    """`5 4 5`"""
    score = score_of(contact)
    return f"{score.r} {score.f} {score.m}" if score else ""


# what `tiles_value` says, in SQL
TILES = Func(Value(" "), "rfm__r", "rfm__f", "rfm__m", function="concat_ws", output_field=TextField())


def segment_cell(contact: Any) -> str:
    score = score_of(contact)
    return pill(score.segment, score.tone) if score and score.segment else NOTHING


def usage_cell(contact: Any) -> str:
    score = score_of(contact)
    return pill(score.get_usage_level_display(), USAGE_TONES.get(score.usage_level, "neutral")) if score else NOTHING


def recency_cell(contact: Any) -> str:
    score = score_of(contact)
    return days(score.recency_days) if score else NOTHING


def churn_of(contact: Any) -> ChurnScore | None:
    """The chance to leave of a contact, None where it is not computed."""
    try:
        found: ChurnScore = contact.churn
    except ObjectDoesNotExist:
        return None
    return found


def chance_cell(contact: Any) -> str:
    score = churn_of(contact)
    return bar(score.probability, CHURN_TONES[score.band]) if score else NOTHING


def band_cell(contact: Any) -> str:
    score = churn_of(contact)
    return pill(score.get_band_display(), CHURN_TONES[score.band]) if score else NOTHING


def likeness_cell(contact: Any) -> str:
    try:
        return bar(contact.likeness.probability, "accent")
    except ObjectDoesNotExist:
        return NOTHING


def ranks() -> list[tuple[str, str]]:
    return [(str(score), str(score)) for score in range(5, 0, -1)]


def segment_names() -> Sequence[tuple[str, str]]:
    return [(name, name) for name in RfmSegment.objects.order_by("position").values_list("name", flat=True)]


def _rank(name: str, label: str, order: int) -> FieldSpec:
    return FieldSpec(
        name,
        label,
        f"rfm__{name}",
        kind="choice",
        choices=ranks,
        group=GROUP,
        order=order,
        select=("rfm",),
        is_score=True,
    )


CONTACT_FIELDS = (
    FieldSpec(
        "segment", "Segment", "rfm__segment", kind="choice", choices=segment_names, cell=segment_cell,
        group=GROUP, order=23, select=("rfm",), default=True, is_score=True, covers=("analytics.rfmscore.tone",),
        also=("rfm_segment",),
        help="Named by the scores of recency, frequency and money.",
    ),
    FieldSpec(
        "rfm", "R F M", "rfm__r", kind="scores", cell=tiles_cell, value=tiles_value, in_file=TILES, filter=False,
        group=GROUP, order=24, select=("rfm",), default=True, is_score=True, shows=("r", "f", "m"),
    ),
    FieldSpec(
        "revenue", "Revenue", "rfm__monetary", kind="money", sort=True, group=GROUP, order=25, select=("rfm",),
        default=True, is_score=True, help="Net revenue up to the day of the scores, returns included.",
    ),
    FieldSpec(
        "recency", "Last purchase", "rfm__recency_days", kind="number", cell=recency_cell, sort=True, group=GROUP,
        order=26, select=("rfm",), default=True, is_score=True, covers=("analytics.rfmscore.last_purchase_on",),
        help="Days before the day of the scores.",
    ),
    FieldSpec(
        "purchases", "Purchases", "rfm__frequency", kind="number", sort=True, group=GROUP, order=27, select=("rfm",),
        is_score=True,
    ),
    FieldSpec(
        "behind", "Counted", "pk", kind="mark", column=False, order=95, mark=behind.condition, words=behind.words
    ),
    _rank("r", "R (recency)", 28),
    _rank("f", "F (frequency)", 28),
    _rank("m", "M (monetary)", 28),
    FieldSpec(
        "usage", "Usage", "rfm__usage_level", kind="choice", choices=lambda: Usage.choices, cell=usage_cell,
        group=GROUP, order=29, select=("rfm",), is_score=True,
        help="How often they bought in the last 365 days, compared with all others.",
    ),
    FieldSpec(
        "purchases_year", "Purchases in a year", "rfm__purchases_365", kind="number", group=GROUP, order=29,
        select=("rfm",), is_score=True, help="In the 365 days up to the day of the scores.",
    ),
    FieldSpec(
        "churn", "Chance to leave", "churn__probability", kind="number", cell=chance_cell, sort=True, group=GROUP,
        order=29, select=("churn",), is_score=True, help="From 0 to 1, such as 0.6.",
    ),
    FieldSpec(
        "risk", "Risk", "churn__band", kind="choice", choices=lambda: RiskBand.choices, cell=band_cell, group=GROUP,
        order=29, select=("churn",), is_score=True, help="High from 60 %, medium from 30 %.",
    ),
    FieldSpec(
        "likeness", "Likeness", "likeness__probability", kind="number", cell=likeness_cell, sort=True, group=GROUP,
        order=29, select=("likeness",), is_score=True,
        help="To the best customers, of who has bought nothing yet; from 0 to 1, such as 0.3.",
    ),
    FieldSpec(
        "at_risk", "Value at risk", "churn__value_at_risk", kind="money", sort=True, group=GROUP, order=29,
        select=("churn",), is_score=True, help="Expected money of the next days, times the chance.",
    ),
)  # fmt: skip
