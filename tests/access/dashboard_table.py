"""Dashboards of people's own, and which are mailed to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from crm.models import Dashboard, DashboardSubscription, User
from tests.access.law import Address, button, form, page

DASHBOARD_ADDRESSES: dict[str, Address] = {
    "dashboards:house": page("house"),
    "dashboards:own": Address("dashboard"),
    "dashboards:shared_list": page("house"),
    "dashboards:create": form("dashboard", "add"),
    "dashboards:update": form("dashboard", "change", has_record=True),
    "dashboards:delete": button("dashboard", "delete"),
    "dashboards:first": button("house", "view", has_record=False),
    "dashboards:pdf": page("house", "export"),
    "dashboards:send": button("house", "view", has_record=False),
    "dashboards:mail_list": page("mailed dashboard"),
    "dashboards:mail_create": form("mailed dashboard", "add"),
    "dashboards:mail_update": form("mailed dashboard", "change", has_record=True),
    "dashboards:mail_end": button("mailed dashboard", "delete"),
    "dashboards:mail_leave": Address("mailed dashboard", {"GET": "view", "POST": "view"}),
}


def _dashboard(owner: User, name: str) -> Dashboard:
    return Dashboard.objects.create(name=f"CANARY dashboard {name}", owner=owner, team=owner.team, tiles=["pipeline"])


def _mailed(owner: User, name: str) -> DashboardSubscription:
    board = Dashboard.objects.create(name=f"CANARY mailed {name}", owner=owner, tiles=["pipeline"])
    made = DashboardSubscription.objects.create(owner=owner, dashboard=board, next_at=timezone.now())
    made.recipients.add(owner)
    return made


DASHBOARD_MAKERS: dict[str, Callable[..., Any]] = {"dashboard": _dashboard, "mailed dashboard": _mailed}
