"""What the pipeline brings to the home page: the own deals that need something, and the pace to the target."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, Sum
from django.http import HttpRequest

from crm.access import can
from crm.catalogue import HomeCard
from crm.choices import Role, Verb
from crm.company import company_today, current_company
from crm.field_rights import hides, mask
from crm.models import User
from crm.templatetags.figures import days, full_day, percent, short_money
from pipeline.choices import Outcome
from pipeline.models import Deal, Target
from pipeline.specs import is_rotting

MOST = 6


def deals_card(request: HttpRequest) -> dict[str, Any] | None:
    """Own open deals that rot, have slipped or whose next step is due; None for who has no open deal."""
    user: User = request.user  # type: ignore[assignment]
    if not can(user, Verb.VIEW, Deal):
        return None
    today = company_today()
    own = Deal.objects.visible_to(user).open().filter(owner=user)
    late = Q(expected_on__lt=today) | Q(next_step_on__lte=today) | is_rotting(today)
    rows = list(own.filter(late).select_related("stage").order_by("expected_on", "pk")[:MOST])
    if not rows and not own.exists():
        return None
    for deal in rows:
        mask(user, deal)
    return {
        "deals": [{"deal": deal, "why": _why(deal, today)} for deal in rows],
        "pace": _pace(user, today),
        "may_change": can(user, Verb.CHANGE, Deal),
    }


def _why(deal: Deal, today: dt.date) -> str:
    """What the deal waits for, in a few words."""
    if deal.next_step_on and deal.next_step_on <= today and deal.next_step:
        return deal.next_step
    if deal.expected_on and deal.expected_on < today:
        return f"was expected on {full_day(deal.expected_on)}"
    since = deal.days_in_stage(today)
    return f"{days(since)} in {deal.stage}" if since is not None else str(deal.stage)


def _pace(user: User, today: dt.date) -> dict[str, Any] | None:
    """What the person has won of their target of the running quarter, beside how much of it is over."""
    start = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    target = Target.objects.filter(user=user, starts_on=start, months=3).first()
    if target is None or hides(user, "pipeline.deal.amount"):
        return None
    won = Deal.objects.visible_to(user).current().filter(owner=user, outcome=Outcome.WON, closed_on__gte=start)
    amount = won.aggregate(total=Sum("base_amount"))["total"] or 0
    end = (start + dt.timedelta(days=95)).replace(day=1)
    over = ((today - start).days + 1) / (end - start).days
    currency = current_company().currency
    return {
        "won": short_money(amount, currency),
        "target": short_money(target.amount, currency),
        "reached": percent(float(amount) / float(target.amount)),
        "percent": min(int(100 * amount / target.amount), 100),
        "over": percent(over),
        "is_behind": float(amount) / float(target.amount) < over,
    }


CARDS = (
    HomeCard("deals", "pipeline/_home_deals.html", deals_card, roles=(Role.REP, Role.MANAGER, Role.ADMIN), order=15),
)
