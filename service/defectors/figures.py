"""Why customers go, what is tried, and how it comes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from crm.field_rights import hides
from crm.intervals import share_interval
from crm.models import User
from service.defectors.choices import UNSETTLED, DefectionReason, DefectionSource, DefectionState
from service.models import Defection

WORTH = "service.defection.worth_amount"


@dataclass(frozen=True)
class Ended:
    """Of some customers who ended: how many, how far each is, and what they brought a year (None: hidden)."""

    name: str
    count: int
    waiting: int
    tried: int
    won: int
    lost: int
    worth: Decimal | None
    worth_won: Decimal | None

    @property
    def settled(self) -> int:
        """With a word of theirs: won or lost."""
        return self.won + self.lost

    @property
    def share(self) -> float | None:
        """Won back, of those won or lost."""
        return self.won / self.settled if self.settled else None

    @property
    def interval(self) -> tuple[float, float]:
        """Of 95 %."""
        return share_interval(self.won, self.settled)


@dataclass(frozen=True)
class DefectionFigures:
    """Of the customers that ended in a period and that the person may see. `tried` and `untried`: of those with an
    attempt, and without."""

    whole: Ended
    by_reason: Sequence[Ended]
    by_source: Sequence[Ended]
    tried: Ended
    untried: Ended


def defection_figures(user: User | None, *, since: dt.date) -> DefectionFigures:
    rows = Defection.objects.visible_to(user).filter(ended_on__gte=since).order_by()
    shows = not hides(user, WORTH)
    return DefectionFigures(
        whole=_line("All", rows, shows),
        by_reason=_grouped(rows, "reason", {**dict(DefectionReason.choices), "": "Not known yet"}, shows),
        by_source=_grouped(rows, "source", dict(DefectionSource.choices), shows),
        tried=_line("With an attempt", rows.filter(tried_at__isnull=False), shows),
        untried=_line("Without", rows.filter(tried_at=None), shows),
    )


COUNTED: dict[str, Any] = {
    "count": Count("pk"),
    "waiting": Count("pk", filter=Q(state__in=UNSETTLED)),
    "tried": Count("pk", filter=Q(tried_at__isnull=False)),
    "won": Count("pk", filter=Q(state=DefectionState.WON)),
    "lost": Count("pk", filter=Q(state=DefectionState.LOST)),
    "worth": Sum("worth_amount"),
    "worth_won": Sum("worth_amount", filter=Q(state=DefectionState.WON)),
}


def _line(name: str, rows: Any, shows: bool) -> Ended:
    return _ended(name, rows.aggregate(**COUNTED), shows)


def _grouped(rows: Any, by: str, names: dict[str, str], shows: bool) -> list[Ended]:
    found = rows.values(by).annotate(**COUNTED).order_by("-count", by)
    return [_ended(names.get(one.pop(by), "?"), one, shows) for one in found]


def _ended(name: str, found: dict[str, Any], shows: bool) -> Ended:
    worth, won = (found.pop(key) or Decimal(0) for key in ("worth", "worth_won"))
    return Ended(name=name, worth=worth if shows else None, worth_won=won if shows else None, **found)
