"""What the pipeline brings to the home page: the own deals that need something, and the pace to the target."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db.models import Q, Sum
from django.http import HttpRequest
from django.utils.translation import gettext_noop as _

from crm.access import can
from crm.choices import Role, Verb
from crm.company import company_today, current_company
from crm.field_rights import hides, mask
from crm.languages.words import in_words
from crm.models import User
from crm.templatetags.figures import days, full_day, percent, short_money
from crm.tiles.counting import count_figures, list_url
from crm.tiles.spec import Figure, HomeCard, HomeFigures
from pipeline.choices import Outcome
from pipeline.models import Deal, Target
from pipeline.performance import deals_behind, figures_by
from pipeline.specs import is_rotting
from pipeline.target_page import quarter_of

MOST = 6
MOST_REPS = 8
TEAM_DAYS = 30


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
        "may_change": can(user, Verb.CHANGE, Deal),
    }


def _why(deal: Deal, today: dt.date) -> str:
    """What the deal waits for, in a few words."""
    if deal.next_step_on and deal.next_step_on <= today and deal.next_step:
        return deal.next_step
    if deal.expected_on and deal.expected_on < today:
        return in_words("was expected on %(day)s", day=full_day(deal.expected_on))
    since = deal.days_in_stage(today)
    return (
        in_words("%(days)s in %(stage)s", days=days(since), stage=deal.stage) if since is not None else str(deal.stage)
    )


def _pace(user: User, today: dt.date) -> dict[str, Any] | None:
    """What the person has won of their target of the running quarter, beside how much of it is over."""
    start = quarter_of(today)
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


def rotting_deals(user: User) -> list[Figure]:
    """How many own deals stay longer in their stage than it expects."""
    asked = {"rotting": "yes", "owner": user.pk}
    note = _("longer in their stage than it expects")
    return count_figures(user, "pipeline.deal", "pipeline:deal_list", asked, says=_("Rotting deals"), note=note)


def pace_figure(user: User) -> list[Figure]:
    """What the person won of their target of the running quarter; none without a target."""
    today = company_today()
    pace = _pace(user, today)
    if pace is None:
        return []
    asked = {"outcome": Outcome.WON.value, "owner": user.pk, "closed_on_min": quarter_of(today).isoformat()}
    change: dict[str, Any] = (
        {"change": _("behind"), "change_tone": "warn"} if pace["is_behind"] else {"change": _("on pace")}
    )
    note = in_words("%(reached)s of %(target)s, %(over)s of the quarter is over", **pace)
    url = list_url("pipeline:deal_list", asked)
    figure = Figure(_("Won this quarter"), pace["won"], note, url, progress=pace["percent"], change_tone="good")
    return [replace(figure, **change)]


def team_card(request: HttpRequest) -> dict[str, Any] | None:
    """What each rep did and closed in the last 30 days, as the page of sales performance counts it."""
    user: User = request.user  # type: ignore[assignment]
    if not can(user, Verb.VIEW, Deal) or hides(user, "pipeline.deal.amount", "pipeline.deal.owner"):
        return None
    since = company_today() - dt.timedelta(days=TEAM_DAYS)
    rows = figures_by(user, "rep", since)[:MOST_REPS]
    if not rows:
        return None
    lines = [{"row": row, "url": deals_behind("rep", row, since)} for row in rows]
    return {"lines": lines, "days": TEAM_DAYS, "since": since, "currency": current_company().currency}


SELLING = (Role.REP, Role.MANAGER, Role.ADMIN)
CARDS = (
    HomeCard("deals", "pipeline/_home_deals.html", deals_card, roles=SELLING, order=15, label="My deals"),
    HomeCard(
        "team", "pipeline/_home_team.html", team_card, roles=(Role.MANAGER,), order=14, label="The team",
        is_late=True, height="l",
    ),
)  # fmt: skip
FIGURES = (
    HomeFigures("rotting_deals", "Rotting deals", rotting_deals, roles=(Role.REP,), order=30),
    HomeFigures("pace", "Won this quarter", pace_figure, roles=(Role.REP,), order=50),
)
