"""What contacts bring to the home page: what has lately passed between the company and its contacts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from contacts.models import Contact, Interaction
from contacts.permission.growth import by_week, growth
from contacts.queries import ICONS
from contacts.responsibility.queries import due_for
from crm.access import can
from crm.choices import Role, Verb
from crm.company import company_today
from crm.languages.words import in_words
from crm.models import User
from crm.templatetags.figures import number
from crm.tiles.spec import Figure, HomeCard, HomeFigures

WEEKS = 8
LOOK_BACK = dt.timedelta(days=60)
NEWEST = 7
MOST_REVIEWS = 5


def history_card(request: HttpRequest) -> dict[str, Any] | None:
    """The newest interactions of the last 60 days with contacts that the person may see; None without any."""
    user: User = request.user  # type: ignore[assignment]
    rows = Interaction.objects.visible_to(user).filter(occurred_at__gt=timezone.now() - LOOK_BACK)
    rows = rows.select_related("contact", "user").order_by("-occurred_at", "-id")[:NEWEST]
    entries = [{"row": row, "icon": ICONS.get(row.channel, "chat-dots")} for row in rows]  # type: ignore[call-overload]
    return {"entries": entries} if entries else None


def reviews_card(request: HttpRequest) -> dict[str, Any] | None:
    """Accounts that the person is to review by today; None without any."""
    found = due_for(request.user, MOST_REVIEWS + 1)  # type: ignore[arg-type]
    return {"contacts": found[:MOST_REVIEWS], "has_more": len(found) > MOST_REVIEWS} if found else None


def growth_card(request: HttpRequest) -> dict[str, Any] | None:
    """Who said yes to e-mail for marketing and who took it back, week by week; None for who sees no contacts."""
    user: User = request.user  # type: ignore[assignment]
    if not can(user, Verb.VIEW, Contact):
        return None
    weeks = by_week(user, WEEKS)
    most = max(1, *(max(week.gained, week.lost) for week in weeks))
    lines = [
        {"week": week, "gained": 100 * week.gained // most, "lost": 100 * week.lost // most} for week in reversed(weeks)
    ]
    return {"lines": lines, "net": sum(week.net for week in weeks), "weeks": WEEKS}


def permission_figures(user: User) -> list[Figure]:
    """The last seven days: who said yes, and who took it back."""
    if not can(user, Verb.VIEW, Contact):
        return []
    today = company_today()
    found = growth(user, today - dt.timedelta(days=6), today)
    sign = "+" if found.net > 0 else ""
    net = in_words("%(count)s net", count=sign + number(found.net))
    tone = "good" if found.net > 0 else "bad" if found.net < 0 else "neutral"
    return [
        Figure(_("New yeses, 7 days"), number(found.gained), _("to e-mail for marketing"), found.gained_url,
               change=net, change_tone=tone, rows=found.gained),
        Figure(_("Taken back, 7 days"), number(found.lost), _("no e-mail for marketing any more"), found.lost_url,
               rows=found.lost),
    ]  # fmt: skip


CLOSE = (Role.REP, Role.AGENT, Role.MANAGER)  # to customers
CARDS = (
    HomeCard(
        "growth",
        "contacts/permission/_home_growth.html",
        growth_card,
        roles=(Role.MARKETER,),
        order=14,
        label="Growth of permission",
        is_late=True,
        height="l",
    ),
    HomeCard(
        "reviews", "contacts/responsibility/_home_reviews.html", reviews_card, order=9, label="Accounts to review"
    ),
    HomeCard(
        "history",
        "contacts/_home_history.html",
        history_card,
        order=30,
        roles=CLOSE,
        label="What passed lately",
        place="side",
    ),
)
FIGURES = (
    HomeFigures("permission", "Permission", permission_figures, roles=(Role.MARKETER,), order=40, is_late=True, most=2),
)
