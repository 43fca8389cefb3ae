"""What is to be won in a quarter, beside what is: by the house, its teams and its reps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from crm.access import scope_of, team_ids_of
from crm.choices import Scope, Verb
from crm.models import User
from pipeline.models import Deal, Target
from pipeline.month_board import first_of
from pipeline.performance import figures_by, total_figures


@dataclass(frozen=True)
class TargetLine:
    """A target, what was won of it, and what the same pace would bring by the end; money in the company's currency."""

    target: Target
    won: float
    share_over: float

    @property
    def attainment(self) -> float:
        return self.won / float(self.target.amount)

    @property
    def pace(self) -> float | None:
        """Won ÷ the share of the time that is over ÷ the target: 1 is on its way to be reached to the day."""
        return self.attainment / self.share_over if self.share_over else None

    @property
    def tone(self) -> str:
        if self.pace is None:
            return "neutral"
        return "good" if self.pace >= 1 else "warn" if self.pace >= 0.8 else "bad"


def quarter_of(day: dt.date) -> dt.date:
    return dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def end_of(target: Target) -> dt.date:
    """The first day after it."""
    return first_of(target.starts_on, target.months)


def share_over(start: dt.date, end: dt.date, today: dt.date) -> float:
    return min(max((today - start).days + 1, 0) / (end - start).days, 1.0)


def targets_in(user: User, quarter: dt.date) -> list[Target]:
    """The targets that touch a quarter: all for who sees every deal, else those of the person, of the own team and of
    its people; the house's first, then teams, then people by name."""
    end = first_of(quarter, 3)
    rows = Target.objects.visible_to(user).filter(starts_on__lt=end, starts_on__gte=first_of(quarter, -11))
    scope = scope_of(user, Deal, Verb.VIEW)
    if scope != Scope.ALL:
        teams = team_ids_of(user) if scope == Scope.TEAM else []
        rows = rows.filter(Q(user=user) | Q(team__in=teams) | Q(user__team__in=teams))
    found = [target for target in rows.select_related("user", "team") if end_of(target) > quarter]
    return sorted(found, key=lambda one: (one.user_id is not None, one.team_id is not None, str(one), one.starts_on))


def lines_of(user: User, targets: Iterable[Target], today: dt.date) -> list[TargetLine]:
    """Each target with what was won of it; the wins of a span are read once for all that have the same."""
    won: dict[tuple[str, dt.date, dt.date], dict[int | None, float]] = {}
    lines = []
    for target in targets:
        start, end = target.starts_on, end_of(target)
        by = "rep" if target.user_id else "office" if target.team_id else ""
        if (by, start, end) not in won:
            last = end - dt.timedelta(days=1)
            won[by, start, end] = (
                {row.key: float(row.amount) for row in figures_by(user, by, start, last)}
                if by
                else {None: float(total_figures(user, start, last).amount)}
            )
        amount = won[by, start, end].get(target.user_id or target.team_id, 0.0)
        lines.append(TargetLine(target, amount, share_over(start, end, today)))
    return lines
