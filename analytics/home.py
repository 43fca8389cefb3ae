"""Which good customers drift away: a card of the home page; and the step of the first hour that scores customers."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse

from analytics.models import ModelRun, RfmScore
from crm.choices import Role
from crm.company import current_company
from crm.field_rights import hidden_fields
from crm.requests import SignedInRequest
from crm.starting.spec import StartStep
from crm.tiles.spec import HomeCard

MOST = 6


def drifting_card(request: HttpRequest) -> dict[str, Any] | None:
    """The customers of the worst segments who once bought most, among those that the person may see."""
    user = cast(SignedInRequest, request).user
    if hidden_fields(user, RfmScore):
        return None
    rows = RfmScore.objects.visible_to(user).filter(tone="bad", contact__archived_at__isnull=True)
    scores = rows.select_related("contact").order_by("-monetary", "contact_id")[:MOST]
    return {"scores": scores, "currency": current_company().currency} if scores else None


CARDS = (
    HomeCard(
        "drifting",
        "analytics/_home_drifting.html",
        drifting_card,
        roles=(Role.REP, Role.MARKETER, Role.MANAGER),
        order=20,
        label="Customers who drift away",
        place="side",
    ),
)
STEPS = (
    StartStep(
        "scores",
        "Score your customers",
        "See who your best customers are, and whom you are about to lose.",
        "Score customers",
        lambda: reverse("analytics:rfm_detail"),
        lambda user: ModelRun.objects.exists(),
        order=65,
        is_setup=True,
        roles=(Role.MARKETER, Role.MANAGER),
        help="scores",
    ),
)
