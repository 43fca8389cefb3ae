"""Whether an initiative is in time and in budget, and what came of it: one rule for pages, lists, files and cards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from analytics.initiatives.choices import Measure, Verdict
from analytics.initiatives.figures import Measured, before, bounds_in_words, change, in_words, key_of, moved_in_words
from analytics.models import ClvScore, Initiative, Milestone, ModelRun
from analytics.queries import last_run
from analytics.rights import sees_runs, sees_whole_base
from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.company import company_today
from crm.field_rights import hides
from crm.models import User
from crm.templatetags.figures import full_day, plural
from pipeline.models import Deal

Pill = tuple[str, str]
"""A word and its tone."""


def may_see(user: User, measure: str) -> bool:
    """Whether the person may see this figure of all customers."""
    if measure == Measure.WIN_RATE:
        return scope_of(user, Deal, Verb.VIEW) == Scope.ALL and not hides(user, "pipeline.deal.outcome")
    if not (sees_runs(user) and sees_whole_base(user)):
        return False
    if measure == Measure.CLV:
        return not hides(user, f"{ClvScore._meta.label_lower}.clv")
    return measure != Measure.NPS or not hides(user, "feedback.response.nps")


def is_late(initiative: Initiative, overdue: int, today: dt.date) -> bool:
    """Not begun or not ended when planned, ended later than planned, or with milestones that are overdue."""
    if initiative.ended_on is not None:
        return initiative.ended_on > initiative.ends_on
    due = initiative.starts_on if initiative.started_on is None else initiative.ends_on
    return due < today or overdue > 0


def late(today: dt.date) -> Q:
    """The same, as a condition."""
    behind = Q(started_on=None, starts_on__lt=today) | Q(started_on__isnull=False, ends_on__lt=today)
    behind |= Q(Exists(_overdue(today).filter(initiative=OuterRef("pk"))))
    return Q(ended_on__gt=F("ends_on")) | Q(ended_on=None) & behind


def over_budget() -> Q:
    return Q(booked_amount__gt=F("budget_amount"))


def missed(today: dt.date) -> Q:
    """Whose target day is over, and nothing was reached: missed, or no figure was there to judge by."""
    return Q(started_on__isnull=False, target_on__lt=today) & ~Q(verdict=Verdict.REACHED)


def _overdue(today: dt.date) -> Any:
    return Milestone.objects.filter(done_on=None, planned_on__lt=today)


def count_overdue(initiatives: Sequence[Initiative], today: dt.date) -> dict[int, int]:
    """How many milestones of each are overdue."""
    rows = _overdue(today).filter(initiative__in=[one.pk for one in initiatives]).order_by()
    return dict(rows.values_list("initiative").annotate(Count("pk")))


@dataclass
class Standing:
    """How an initiative stands on a day, with the figures that its reader may see."""

    initiative: Initiative
    today: dt.date
    overdue: int = 0
    figures: Sequence[Measured] = ()
    shows_figure: bool = True

    @property
    def state(self) -> Pill:
        one = self.initiative
        if one.started_on is None:
            return "Planned", "neutral"
        return ("Running", "accent") if one.ended_on is None else ("Done", "neutral")

    @property
    def is_late(self) -> bool:
        return is_late(self.initiative, self.overdue, self.today)

    @property
    def time(self) -> str:
        """What there is to say of the time, in a few words."""
        one = self.initiative
        if one.ended_on is not None:
            days = (one.ended_on - one.ends_on).days
            return f"ended {plural(days, 'day')} late" if days > 0 else "ended in time"
        due = one.starts_on if one.started_on is None else one.ends_on
        if (days := (self.today - due).days) > 0:
            return f"{plural(days, 'day')} {'after the planned start' if one.started_on is None else 'over the end'}"
        if self.overdue:
            return f"{plural(self.overdue, 'milestone')} overdue"
        return f"starts {full_day(due)}" if one.started_on is None else f"in time, until {full_day(due)}"

    @property
    def pills(self) -> list[Pill]:
        """State, and what is wrong."""
        found = [self.state]
        if self.is_late:
            found.append(("Late", "warn"))
        if self.initiative.is_over_budget:
            found.append(("Over budget", "bad"))
        return found

    @property
    def spent(self) -> float | None:
        """The share of the budget that is booked; None without a budget."""
        one = self.initiative
        return float(one.booked_amount / one.budget_amount) if one.budget_amount else None

    @property
    def baseline(self) -> Measured | None:
        """The figure before the start: as kept, or, until it is, the last one before the (planned) start."""
        kept = Measured.read(self.initiative.baseline)
        start = self.initiative.started_on or self.initiative.starts_on
        return kept or before(self.figures, min(start, self.today + dt.timedelta(days=1)))

    @property
    def latest(self) -> Measured | None:
        return self.figures[-1] if self.figures else None

    @property
    def outcome(self) -> Measured | None:
        return Measured.read(self.initiative.outcome)

    @property
    def shown(self) -> Measured | None:
        """The figure that it is judged by: the one of the target day, before that the latest."""
        return self.outcome or self.latest

    @property
    def is_since_start(self) -> bool:
        """Whether all days of the figure are after the start."""
        start = self.initiative.started_on
        return start is not None and self.shown is not None and self.shown.first >= start

    @property
    def result(self) -> Pill:
        """Reached or not, in a word."""
        one = self.initiative
        if one.verdict == Verdict.REACHED:
            return "Reached", "good"
        if one.verdict == Verdict.MISSED:
            return "Not reached", "bad"
        if one.started_on is not None and one.target_on < self.today:
            return "No outcome", "warn"
        return "Not due yet", "neutral"

    @property
    def certainty(self) -> str:
        """What the interval of the figure says of the target."""
        found, target = self.shown, float(self.initiative.target_value)
        if found is None or found.low is None or found.high is None:
            return ""
        if found.low >= target:
            return "The whole 95 % interval lies at the target or above it."
        if found.high < target:
            return "The whole 95 % interval lies below the target."
        return "The target lies within the 95 % interval: it may be reached or missed by chance."

    @property
    def moved(self) -> tuple[str, str, bool] | None:
        """From the baseline to the figure after the start: the difference, its interval, whether it is clear."""
        if self.shown is None or self.baseline is None or not self.is_since_start:
            return None
        difference, low, high = change(self.shown, self.baseline)
        measure = self.initiative.measure
        if low is None or high is None:
            return moved_in_words(measure, difference), "", False
        bounds = f"{moved_in_words(measure, low)} to {moved_in_words(measure, high)}"
        return moved_in_words(measure, difference), bounds, low > 0 or high < 0

    def words(self, found: Measured | None) -> str:
        return "–" if found is None else in_words(self.initiative.measure, found.value)

    def bounds(self, found: Measured | None) -> str:
        if found is None or found.low is None or found.high is None:
            return ""
        return bounds_in_words(self.initiative.measure, found.low, found.high)

    def cases(self, found: Measured | None) -> str:
        """`of 412 customers`."""
        if found is None:
            return ""
        noun = {Measure.NPS: "answer", Measure.WIN_RATE: "closed deal"}.get(
            Measure(self.initiative.measure), "customer"
        )
        few = " (few)" if found.is_small else ""
        return f"of {plural(found.n, noun)}{few}"


def figures_run() -> ModelRun | None:
    return last_run("initiatives")


def figures_of(run: ModelRun | None, initiative: Initiative) -> list[Measured]:
    """The figures that the run has counted for it; none for a new one."""
    found = run.metrics.get("series", {}).get(key_of(initiative), ()) if run else ()
    return [Measured(**one) for one in found]


def standings(initiatives: Sequence[Initiative], user: User | None) -> list[Standing]:
    """How they stand today, in two queries; figures that are hidden from the person are left out."""
    today = company_today()
    overdue, run = count_overdue(initiatives, today), figures_run()
    seen = {measure: user is None or may_see(user, measure) for measure in Measure}
    return [
        Standing(
            one, today, overdue.get(one.pk, 0), figures_of(run, one) if seen[Measure(one.measure)] else (),
            seen[Measure(one.measure)],
        )
        for one in initiatives
    ]  # fmt: skip
