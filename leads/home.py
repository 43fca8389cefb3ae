"""What leads bring to the home page: who waits for an answer of mine, the most urgent first."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Count, F, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from crm.access import can
from crm.choices import Role, Verb
from crm.languages.words import in_words
from crm.models import User
from crm.requests import SignedInRequest
from crm.templatetags.figures import number
from crm.tiles.counting import list_url, rows_behind
from crm.tiles.spec import Figure, HomeCard, HomeFigures
from leads.choices import WAITING_LEADS
from leads.models import Lead

MOST = 8
SELLING = (Role.REP, Role.MANAGER, Role.ADMIN)


def my_leads(request: HttpRequest) -> dict[str, Any] | None:
    """My open leads: those whose clock runs first, then the best scored and newest; nothing for who has none."""
    user = cast(SignedInRequest, request).user
    if not can(user, Verb.VIEW, Lead):
        return None
    rows = Lead.objects.visible_to(user).filter(owner=user, status__in=WAITING_LEADS, archived_at=None)
    urgent = rows.filter(first_touch_at=None, respond_by__isnull=False).order_by("respond_by", "id")[:MOST]
    found = list(urgent.defer("search_text", "message"))
    if len(found) < MOST:
        keys = [lead.pk for lead in found]
        rest = rows.exclude(pk__in=keys).order_by(F("hand_score").desc(nulls_last=True), "-created_at", "-id")
        found += list(rest.defer("search_text", "message")[: MOST - len(found)])
    return {"leads": found, "may_convert": can(user, Verb.CHANGE, Lead)} if found else None


def new_leads(user: User) -> list[Figure]:
    """How many leads of mine wait for a first touch, and how many of them are late."""
    asked = {"awaits": "yes", "owner": user.pk}
    rows = rows_behind(user, "leads.lead", asked)
    if rows is None:
        return []
    counts = rows.order_by().aggregate(all=Count("pk"), late=Count("pk", filter=Q(respond_by__lt=timezone.now())))
    late = in_words("%(count)s late", count=number(counts["late"])) if counts["late"] else ""
    url = list_url("leads:lead_list", asked)
    note = _("wait for a first touch")
    return [Figure(_("New leads"), number(counts["all"]), note, url, late, "bad", rows=counts["all"])]


CARDS = (HomeCard("my_leads", "leads/_home_leads.html", my_leads, roles=SELLING, order=12, label="My leads"),)
FIGURES = (HomeFigures("new_leads", "New leads", new_leads, roles=(Role.REP,), order=20),)
