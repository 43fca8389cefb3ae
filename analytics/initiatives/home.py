"""The card of the home page: initiatives that are late, over their budget, or over without their outcome."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest

from analytics.initiatives.states import late, missed, over_budget, standings
from analytics.models import Initiative
from crm.choices import Role
from crm.company import company_today
from crm.requests import SignedInRequest
from crm.tiles.spec import HomeCard

MOST = 6
LOOKED_AT_DAYS = 90
"""How long after the target day one without its outcome is told of."""


def needs_a_look(request: HttpRequest) -> dict[str, Any] | None:
    """Those that the person may see, the one that was to end first on top; None without any."""
    user, today = cast(SignedInRequest, request).user, company_today()
    recent = Q(target_on__gte=today - dt.timedelta(days=LOOKED_AT_DAYS))
    asked = Q(ended_on=None) & (late(today) | over_budget()) | recent & missed(today)
    rows = Initiative.objects.visible_to(user).filter(asked)
    found = list(rows.order_by("ends_on", "pk")[:MOST])
    return {"lines": standings(found, user)} if found else None


CARDS = (
    HomeCard(
        "initiatives",
        "analytics/initiatives/_home.html",
        needs_a_look,
        roles=(Role.MARKETER, Role.MANAGER),
        order=40,
        label="Initiatives that need a look",
    ),
)
