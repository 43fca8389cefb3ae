"""How permission grows: who said yes to e-mail for marketing in some days and who took it back, from the ledger.

A word that says yes where the one before said no (or there was none) is a gain; one that says no after a yes is a loss.
Who did both in the same days is in both.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, TruncWeek
from django.urls import reverse

from contacts.choices import ConsentChannel, ConsentLevel
from contacts.models import Consent
from contacts.models.permission import EVERY_PURPOSE
from contacts.permission.rule import MARKETING
from crm.company import company_today, current_company, end_of_day
from crm.models import User
from crm.templatetags.figures import full_day

GAINED, LOST = "gained", "lost"
YES = int(ConsentLevel.OPT_IN)
TURNS = {GAINED: Q(level__gte=YES, before__lt=YES), LOST: Q(level__lt=YES, before__gte=YES)}
WORDS = {GAINED: "said yes to e-mail", LOST: "took their yes to e-mail back"}
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Growth:
    """The contacts who said yes in some days (both ends included), and who took it back."""

    first: dt.date
    last: dt.date
    gained: int = 0
    lost: int = 0

    @property
    def net(self) -> int:
        return self.gained - self.lost

    @property
    def gained_url(self) -> str:
        return mark_url(GAINED, self.first, self.last)

    @property
    def lost_url(self) -> str:
        return mark_url(LOST, self.first, self.last)


def growth(user: User | None, first: dt.date, last: dt.date) -> Growth:
    """Of the contacts that the person may see."""
    counts = _turns(first, last, user).order_by().aggregate(**_counts())
    return Growth(first, last, **counts)


def by_week(user: User | None, weeks: int) -> list[Growth]:
    """The running week and those before it, oldest first; one query."""
    today = company_today()
    start = today - dt.timedelta(days=today.weekday() + 7 * (weeks - 1))
    week = TruncWeek("recorded_at", tzinfo=current_company().zone)
    rows = _turns(start, today, user).order_by().annotate(week=week).values("week").annotate(**_counts())
    found = {row["week"].date(): (row[GAINED], row[LOST]) for row in rows}
    days = [start + dt.timedelta(days=7 * place) for place in range(weeks)]
    return [Growth(day, day + 6 * DAY, *found.get(day, (0, 0))) for day in days]


def mark_url(turn: str, first: dt.date, last: dt.date) -> str:
    """The list of the contacts behind a count, archived ones too: they were counted."""
    mark = ":".join([turn, first.isoformat(), last.isoformat()])
    return f"{reverse('contacts:contact_list')}?{urlencode({'permission': mark, 'state': 'all'})}"


def condition(mark: str) -> Q:
    """The condition on contacts that a mark means. Raises ValueError with a sentence."""
    turn, first, last = _read(mark)
    return Q(pk__in=_turns(first, last).filter(TURNS[turn]).order_by().values("contact"))


def words(mark: str) -> str:
    """`said yes to e-mail from 23 Nov 2026 to 29 Nov 2026`."""
    turn, first, last = _read(mark)
    return f"{WORDS[turn]} from {full_day(first)} to {full_day(last)}"


def _counts() -> dict[str, Any]:
    return {turn: Count("contact", distinct=True, filter=which) for turn, which in TURNS.items()}


def _turns(first: dt.date, last: dt.date, user: User | None = None) -> QuerySet[Any]:
    """What was said in these days, each with the level that held `before`."""
    said = Consent.objects.filter(channel=ConsentChannel.EMAIL, purpose__in=(MARKETING, EVERY_PURPOSE))
    same, sooner = (
        Q(recorded_at=OuterRef("recorded_at"), pk__lt=OuterRef("pk")),
        Q(recorded_at__lt=OuterRef("recorded_at")),
    )
    earlier = said.filter(same | sooner, contact=OuterRef("contact")).order_by("-recorded_at", "-pk")
    rows: Any = said.filter(recorded_at__gte=end_of_day(first - DAY), recorded_at__lt=end_of_day(last))
    rows = rows.filter(contact__merged_into=None).annotate(
        before=Coalesce(Subquery(earlier.values("level")[:1]), Value(0))
    )
    return rows.visible_to(user)


def _read(mark: str) -> tuple[str, dt.date, dt.date]:
    try:
        turn, first, last = mark.split(":")
        found = turn, dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        if turn not in TURNS or not dt.date(1900, 1, 1) <= found[1] <= found[2] <= dt.date(2200, 1, 1):
            raise ValueError
    except ValueError:
        raise ValueError("This is no figure of permission.") from None
    return found
