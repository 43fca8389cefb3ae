"""The data quality of contacts as fields of lists, filters, segments and files."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from analytics.models import QualityScore
from analytics.quality.words import fault_choices, in_words
from crm.catalogue import FieldSpec
from crm.templatetags.figures import NOTHING
from crm.templatetags.pieces import bar

GROUP = "Data quality"
GOOD, FAIR = 80, 60
TOLD_OF = (
    "email", "phone", "street", "postal_code", "country", "first_name", "last_name", "organization", "birthday",
    "industry", "employees", "website", "owner",
)  # fmt: skip


def quality_of(contact: Any) -> QualityScore | None:
    """The score of a contact, None where there is none."""
    try:
        found: QualityScore = contact.quality
    except ObjectDoesNotExist:
        return None
    return found


def tone_of(score: float) -> str:
    return "good" if score >= GOOD else "warn" if score >= FAIR else "bad"


def score_cell(contact: Any) -> str:
    found = quality_of(contact)
    return bar(found.score / 100, tone_of(found.score), words=f"{found.score:.0f}") if found else NOTHING


def faults_cell(contact: Any) -> str:
    found = quality_of(contact)
    return in_words(found.faults) if found else ""


QUALITY_FIELDS = (
    FieldSpec(
        "quality", "Data quality", "quality__score", kind="number", cell=score_cell, sort=True, group=GROUP, order=80,
        select=("quality",), is_score=True, help="From 0 to 100: complete, valid, fresh and unique, by their weights.",
    ),
    FieldSpec(
        "quality_fault", "What is wrong", "quality__faults", kind="listed", choices=fault_choices, cell=faults_cell,
        value=faults_cell, group=GROUP, order=81, select=("quality",), is_score=True, shows=TOLD_OF,
    ),
)  # fmt: skip
