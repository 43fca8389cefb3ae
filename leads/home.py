"""What leads bring to the home page: who waits for an answer of mine, the most urgent first."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import F
from django.http import HttpRequest

from crm.access import can
from crm.catalogue import HomeCard
from crm.choices import Role, Verb
from crm.requests import SignedInRequest
from leads.choices import LeadStatus
from leads.models import Lead

MOST = 8
WAITING = (LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.QUALIFIED)


def my_leads(request: HttpRequest) -> dict[str, Any] | None:
    """My open leads: those whose clock runs first, then the best scored and newest; nothing for who has none."""
    user = cast(SignedInRequest, request).user
    if not can(user, Verb.VIEW, Lead):
        return None
    rows = Lead.objects.visible_to(user).filter(owner=user, status__in=WAITING, archived_at=None)
    urgent = rows.filter(first_touch_at=None, respond_by__isnull=False).order_by("respond_by", "id")[:MOST]
    found = list(urgent.defer("search_text", "message"))
    if len(found) < MOST:
        keys = [lead.pk for lead in found]
        rest = rows.exclude(pk__in=keys).order_by(F("hand_score").desc(nulls_last=True), "-created_at", "-id")
        found += list(rest.defer("search_text", "message")[: MOST - len(found)])
    return {"leads": found, "may_convert": can(user, Verb.CHANGE, Lead)} if found else None


CARDS = (
    HomeCard("my_leads", "leads/_home_leads.html", my_leads, roles=(Role.REP, Role.MANAGER, Role.ADMIN), order=12),
)
