"""What is in line for a contact as fields: lists, filters, segments, plays, files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from analytics.models import ModelRun, NextScore
from crm.catalogue import FieldSpec
from crm.templatetags.figures import NOTHING
from crm.templatetags.pieces import bar, pill

GROUP = "Worth"
FIGURES = (
    "before", "last", "last_on", "count", "occasions", "share", "lift", "low", "high", "median_days", "product_id"
)  # fmt: skip


def next_of(contact: Any) -> NextScore | None:
    """What is in line for a contact, None where nothing is."""
    try:
        found: NextScore = contact.next_in_line
    except ObjectDoesNotExist:
        return None
    return found


def item_cell(contact: Any) -> str:
    score = next_of(contact)
    return pill(score.item, "accent") if score else NOTHING


def chance_cell(contact: Any) -> str:
    score = next_of(contact)
    return bar(score.chance, "accent") if score else NOTHING


def items() -> Sequence[tuple[str, str]]:
    """What the last run may put in line."""
    runs = ModelRun.objects.filter(step="sequence", error="").order_by("-created_at", "-pk")
    return [(name, name) for name in runs.values_list("metrics__items", flat=True).first() or ()]


SEQUENCE_FIELDS = (
    FieldSpec(
        "next_item", "Next in line", "next_in_line__item", kind="choice", choices=items, cell=item_cell, group=GROUP,
        order=31, select=("next_in_line",), is_score=True,
        covers=tuple(f"analytics.nextscore.{name}" for name in FIGURES),
        help="What is bought next more often than by chance, after what the customer bought within the last 90 days.",
    ),
    FieldSpec(
        "next_chance", "Chance of what is next", "next_in_line__chance", kind="number", sort=True, cell=chance_cell,
        group=GROUP, order=31, select=("next_in_line",), is_score=True,
        help="Within 90 days of the last purchase, of those who waited as long (low end of 95 %), such as 0.2.",
    ),
)  # fmt: skip
