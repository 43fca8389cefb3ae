"""Who may do what with initiatives: managers and marketing with all, others with those they are in charge of."""

from __future__ import annotations

import datetime as dt
from typing import Any

from analytics.models import Initiative, InitiativeCost, Milestone
from crm.models import User
from tests.access.law import ALL, NONE, OWN, SCOPES, Address, button, form, page, reach

SCOPES["initiative"] = {
    **dict.fromkeys(("view", "change"), reach(OWN, ALL, OWN, ALL)),
    **dict.fromkeys(("add", "delete", "export"), reach(NONE, ALL, NONE, ALL)),
}
SCOPES["milestone"] = SCOPES["cost of an initiative"] = SCOPES["initiative"]

INITIATIVE_ADDRESSES: dict[str, Address] = {
    "analytics:initiative_list": page("initiative"),
    "analytics:initiative_export": page("initiative", "export"),
    "analytics:initiative_create": form("initiative", "add"),
    "analytics:initiative_run": button("analysis", "run", has_record=False),
    "analytics:initiative_detail": Address("initiative"),
    "analytics:initiative_update": form("initiative", "change", has_record=True),
    "analytics:initiative_start": button("initiative", "change"),
    "analytics:initiative_end": button("initiative", "change"),
    "analytics:initiative_delete": button("initiative", "delete"),
    "analytics:milestone_create": form("initiative", "change", has_record=True),
    "analytics:milestone_update": form("milestone", "change", has_record=True),
    "analytics:milestone_reach": button("milestone", "change"),
    "analytics:milestone_delete": button("milestone", "change"),
    "analytics:initiative_cost_create": form("initiative", "change", has_record=True),
    "analytics:initiative_cost_update": form("cost of an initiative", "change", has_record=True),
    "analytics:initiative_cost_delete": button("cost of an initiative", "change"),
}


def make_initiative(owner: User, name: str) -> Initiative:
    day = dt.date(2026, 3, 2)
    return Initiative.objects.create(
        name=f"CANARY initiative {name} {owner.pk}", owner=owner, starts_on=day, ends_on=day, measure="retention",
        target_value=50, target_on=day + dt.timedelta(days=200),
    )  # fmt: skip


def make_milestone(owner: User, name: str) -> Milestone:
    initiative = make_initiative(owner, f"with a milestone {name}")
    return Milestone.objects.create(initiative=initiative, name="First calls", planned_on=initiative.starts_on)


def make_cost(owner: User, name: str) -> InitiativeCost:
    initiative = make_initiative(owner, f"with a cost {name}")
    return InitiativeCost.objects.create(initiative=initiative, what="Paper", booked_on=initiative.starts_on, amount=5)


INITIATIVE_MAKERS: dict[str, Any] = {
    "initiative": make_initiative,
    "milestone": make_milestone,
    "cost of an initiative": make_cost,
}
