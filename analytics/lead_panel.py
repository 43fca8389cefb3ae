"""What the analysis shows of a lead: its chance with the reasons in words, on its page and as a column of the list."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import HttpRequest

from analytics.models import LeadScore, ModelRun
from analytics.reasons import reasons_shown
from crm.access import can
from crm.catalogue import FieldSpec, RecordPanel
from crm.choices import Verb
from crm.field_rights import hidden_fields
from crm.requests import SignedInRequest
from crm.templatetags.figures import percent
from crm.templatetags.pieces import bar
from leads.models import Lead


def learned_of(lead: Any) -> LeadScore | None:
    """The score of a lead, None where it has none."""
    try:
        found: LeadScore = lead.learned
    except ObjectDoesNotExist:
        return None
    return found


def _cell(record: Any) -> str:
    score = learned_of(record)
    return bar(score.probability, "accent") if score else "–"


def chance(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The lead's score by hand, by the model and by the rules; nothing where there is none and none can be given."""
    user, lead = cast(SignedInRequest, request).user, cast(Lead, record)
    score = None if hidden_fields(user, LeadScore) else learned_of(lead)
    may_change = can(user, Verb.CHANGE, lead)
    if score is None and lead.score is None and lead.hand_score is None and not may_change:
        return None
    run = ModelRun.objects.filter(pk=score.run_id).first() if score else None
    labels = run.metrics.get("features", {}) if run else {}
    return {
        "lead": lead,
        "score": score,
        "chance": percent(score.probability) if score else "",
        "better_than": percent(score.better_than) if score else "",
        "reasons": reasons_shown(score.reasons, labels, user, Lead, is_by_label=True) if score else [],
        "may_change": may_change,
        "may_open_run": can(user, Verb.VIEW, ModelRun),
    }


LEAD_FIELDS = (
    FieldSpec(
        "chance",
        "Chance",
        "learned__probability",
        kind="number",
        cell=_cell,
        sort=True,
        default=True,
        group="Scores",
        order=24,
        select=("learned",),
        is_score=True,
        help="To become a customer, learned from leads before; from 0 to 1, such as 0.6.",
    ),
)
PANELS = (RecordPanel("chance", "Score", "analytics/_lead_chance.html", chance, order=10),)
