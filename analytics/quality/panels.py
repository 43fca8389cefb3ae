"""On the page of a contact: its data quality, part by part, and what is wrong."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from analytics.models import QualityScore
from analytics.quality.specs import tone_of
from analytics.quality.words import FAULTS, field_of
from crm.catalogue import RecordPanel
from crm.field_rights import hidden_specs
from crm.requests import SignedInRequest

LABEL = "contacts.contact"
PARTS = (
    ("complete", "Complete", "of the fields that are asked for such a contact are there"),
    ("valid", "Valid", "of the values that are there can be right"),
    ("fresh", "Fresh", "by the days since the last change, review or contact"),
    ("unique", "Unique", "by the surest possible duplicate"),
)


def quality(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The score with its parts and faults; none for who may not see it."""
    user = cast(SignedInRequest, request).user
    hidden = hidden_specs(user, LABEL)
    if "quality" in hidden:
        return None
    found = QualityScore.objects.filter(contact=record.pk).first()
    if found is None:
        return {"score": None}
    shown = [] if "quality_fault" in hidden else [one for one in found.faults if field_of(one) not in hidden]
    parts = [{"label": label, "share": getattr(found, name), "help": words} for name, label, words in PARTS]
    return {
        "score": found,
        "tone": tone_of(found.score),
        "parts": parts,
        "faults": [FAULTS.get(one, one) for one in shown],
    }


CONTACT_PANELS = (RecordPanel("quality", "Data quality", "quality/_tab.html", quality, place="tab", order=90),)
