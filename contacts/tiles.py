"""The tile of dashboards that contacts bring: how permission grows."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext

from contacts.models import Contact
from contacts.permission.growth import Growth, by_week, growth
from crm.access import can
from crm.choices import Verb
from crm.models import User
from crm.templatetags.figures import full_day, number, signed
from crm.tiles.comparing import DAYS, beside, days_before, days_of
from crm.tiles.spec import Cell, DashboardTile, Figure, Question, TileContent

WEEKS = {"month": 8, "quarter": 13, "year": 52}


def permission(user: User, question: Question) -> TileContent | None:
    """Who said yes to e-mail for marketing and who took it back: in the days of a period, and week by week."""
    now = growth(user, *days_of(question.period))
    before = growth(user, *days_before(question.period))
    weeks = by_week(user, WEEKS[question.period])
    if not any(week.gained or week.lost for week in weeks) and not now.gained:
        return None
    gained = Figure("Said yes", number(now.gained), url=now.gained_url, rows=now.gained)
    lost = Figure("Took it back", number(now.lost), url=now.lost_url, rows=now.lost)
    return TileContent(
        figures=[
            beside(gained, now.gained, before.gained),
            beside(lost, now.lost, before.lost, more_is="bad"),
            Figure("Net", signed(now.net)),
        ],
        chart="lines",
        data={
            "unit": "contacts",
            "periods": [_day(week) for week in weeks],
            "series": [
                {
                    "name": gettext("Said yes"),
                    "points": [{"value": week.gained, "url": week.gained_url} for week in weeks],
                },
                {
                    "name": gettext("Took it back"),
                    "points": [{"value": week.lost, "url": week.lost_url} for week in weeks],
                },
            ],
            "partial": [week.last >= now.last for week in weeks],
        },
        heads=("Week from", "Said yes", "Took it back", "Net"),
        rows=[
            [
                Cell(full_day(week.first), week.first.isoformat()),
                Cell(number(week.gained), week.gained, week.gained_url),
                Cell(number(week.lost), week.lost, week.lost_url),
                Cell(signed(week.net), week.net),
            ]
            for week in reversed(weeks)
        ],
        explanation=(
            "Contacts that you may see who said yes to e-mail for marketing where their word before was no or none, "
            f"and who took a yes back, from the ledger of consents; the figures since {full_day(now.first)}, the weeks "
            f"from Monday to Sunday. Beside the figures: the change on the {DAYS[question.period]} days before."
        ),
        note=f"{DAYS[question.period]} days",
    )


def _day(week: Growth) -> str:
    day: dt.date = week.first
    return f"{day:%d %b}"


def sees_contacts(user: User) -> bool:
    """Whether the person may see any contact."""
    return can(user, Verb.VIEW, Contact)


TILES = (
    DashboardTile(
        "permission", "Growth of permission", permission, sees_contacts, "contacts.contact",
        "Nobody has said yes or no to e-mail in this time.", frozenset({"period"}), order=72, is_further=True,
    ),
)  # fmt: skip
