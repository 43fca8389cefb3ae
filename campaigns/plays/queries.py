"""What the pages of plays show: figures, the funnel of the steps, who is in, who left and why, the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Cast

from analytics.mathematics.experiments import Difference, Sample, difference
from campaigns.choices import EntryState, PlayState, PlayStepKind, RecipientState, TouchResult
from campaigns.models import Campaign, Play, PlayEntry, PlayStep, PlayTouch, Recipient
from campaigns.plays.marks import mark_url
from campaigns.plays.sums import kept_arms, kept_exits, kept_waiting
from campaigns.sending.audience import reason_in_words
from campaigns.sending.holding import was_held_back
from campaigns.tallies import sees_everybody
from contacts.models import Contact
from crm.field_rights import hidden_fields
from crm.models import User

NEWEST = 20


@dataclass(frozen=True)
class Arm:
    """Those for whom something was done, or the control group: how many, how many reached the goal, their money (None:
    hidden)."""

    n: int = 0
    reached: int = 0
    amount: float | None = None
    squares: float = 0.0

    @property
    def rate(self) -> float | None:
        return self.reached / self.n if self.n else None

    @property
    def each(self) -> float | None:
        return self.amount / self.n if self.n and self.amount is not None else None


@dataclass(frozen=True)
class PlayFigures:
    """A play in figures, of the people whom the viewer may see. Without a control group there is no lift."""

    treated: Arm = field(default_factory=Arm)
    control: Arm = field(default_factory=Arm)
    inside: int = 0

    @property
    def came_in(self) -> int:
        return self.treated.n + self.control.n

    @property
    def lift(self) -> Difference | None:
        """By how much more of the treated reached the goal."""
        if not self.control.n:
            return None
        ours, theirs = (Sample.of_rate(arm.reached, arm.n) for arm in (self.treated, self.control))
        return difference(ours, theirs)

    @property
    def money_lift(self) -> Difference | None:
        """By how much more the treated spent, each."""
        treated, control = self.treated, self.control
        if not control.n or treated.amount is None or control.amount is None:
            return None
        return difference(
            Sample(treated.n, treated.amount, treated.squares), Sample(control.n, control.amount, control.squares)
        )


def entries_of(user: User | None, play: Play) -> QuerySet[PlayEntry]:
    """Everybody who is or was in a play, of the people whom the person may see."""
    rows: QuerySet[PlayEntry] = PlayEntry.objects.visible_to(user).filter(play=play)
    return rows


def figures_of(user: User | None, plays: Sequence[Play]) -> dict[int, PlayFigures]:
    """The figures of some plays, by id; one query. For who sees everybody they are kept (`campaigns.plays.sums`)."""
    shows_money = user is None or "amount" not in hidden_fields(user, PlayEntry)
    counted = kept_arms(plays) if sees_everybody(user) else _counted_arms(user, plays)
    arms: dict[int, dict[bool, Arm]] = {}
    inside: dict[int, int] = {}
    for play, is_control, n, reached, amount, squares, running in counted:
        arms.setdefault(play, {})[is_control] = Arm(n, reached, amount if shows_money else None, squares or 0.0)
        if not is_control:
            inside[play] = running
    return {
        play.pk: PlayFigures(
            arms.get(play.pk, {}).get(False, Arm()), arms.get(play.pk, {}).get(True, Arm()), inside.get(play.pk, 0)
        )
        for play in plays
    }


def _counted_arms(user: User | None, plays: Sequence[Play]) -> Any:
    """As `kept_arms`, of the people that the person may see."""
    rows = PlayEntry.objects.visible_to(user).filter(play__in=plays)
    return rows.order_by().values_list("play", "is_control").annotate(
        n=Count("pk"), reached=Count("goal_at"), spent=Sum(Cast("amount", FloatField())),
        squares=Sum(Cast("amount", FloatField()) * Cast("amount", FloatField())),
        inside=Count("pk", filter=Q(state=EntryState.INSIDE)),
    )  # fmt: skip


def read_play_figures(records: Sequence[Any], user: User | None) -> None:
    """Give each play its figures as `figures`."""
    found = figures_of(user, records)
    for play in records:
        play.figures = found[play.pk]


@dataclass(frozen=True)
class StepLine:
    """A step with what became of it: who waits for it, who had it, whom it was not for, who left there, for whom it
    could not be done; of mails by the state of each, with why people got none."""

    step: PlayStep
    waiting: int
    results: dict[str, int]
    mails: list[tuple[str, int]] = field(default_factory=list)
    clicked: int = 0
    reasons: list[tuple[str, int]] = field(default_factory=list)

    @property
    def waiting_url(self) -> str:
        return mark_url(self.step.play_id, "waiting", self.step.pk)

    @property
    def urls(self) -> dict[str, str]:
        """Where the people behind a result are listed."""
        return {result: mark_url(self.step.play_id, result, self.step.pk) for result in TouchResult.values}

    @property
    def done_url(self) -> str:
        """Of who had it; at a check: of who went on."""
        return self.urls[TouchResult.MET if self.step.kind == PlayStepKind.CHECK else self.step.kind]

    @property
    def passed_url(self) -> str:
        return self.urls[TouchResult.LEFT if self.step.kind == PlayStepKind.CHECK else TouchResult.PASSED]

    @property
    def done(self) -> int:
        """Had it; at a check: went on."""
        left = (TouchResult.PASSED, TouchResult.LEFT, TouchResult.SKIPPED)
        return sum(n for result, n in self.results.items() if result not in left)

    @property
    def passed(self) -> int:
        return self.results.get(TouchResult.PASSED, 0) + self.results.get(TouchResult.LEFT, 0)

    @property
    def skipped(self) -> int:
        return self.results.get(TouchResult.SKIPPED, 0)

    @property
    def reached(self) -> int:
        """Came to it."""
        return sum(self.results.values()) + self.waiting


def step_lines(user: User | None, play: Play) -> list[StepLine]:
    """The steps in their order, those that were taken away last; a query for each kind of count."""
    steps = list(play.steps.select_related("segment", "into", "carrier").prefetch_related("carrier__variants"))
    if sees_everybody(user):
        waiting = kept_waiting(play)
    else:
        inside = entries_of(user, play).filter(state=EntryState.INSIDE, step__isnull=False).order_by()
        waiting = dict(inside.values_list("step").annotate(n=Count("pk")))
    touches = PlayTouch.objects.visible_to(user).filter(step__in=steps).order_by()
    carriers = Campaign.everything.filter(play=play)
    mails = Recipient.objects.visible_to(user).filter(campaign__in=carriers).order_by()
    results: dict[int, dict[str, int]] = {}
    for step, result, n in touches.values_list("step", "result").annotate(n=Count("pk")):
        results.setdefault(step, {})[result] = n
    states: dict[int, dict[str, int]] = {}
    reasons: dict[int, list[tuple[str, int]]] = {}
    for campaign, state, reason, n in mails.values_list("campaign", "state", "reason").annotate(n=Count("pk")):
        by_state = states.setdefault(campaign, {})
        by_state[state] = by_state.get(state, 0) + n
        if state == RecipientState.LEFT_OUT:
            reasons.setdefault(campaign, []).append((reason_in_words(reason), n))
    clicked = dict(mails.filter(clicked=True).values_list("campaign").annotate(n=Count("pk")))
    labels = dict(RecipientState.choices)
    lines = [
        StepLine(
            step, waiting.get(step.pk, 0), results.get(step.pk, {}),
            [(labels[state], n) for state, n in sorted(states.get(step.carrier_id or 0, {}).items())],
            clicked.get(step.carrier_id or 0, 0),
            sorted(reasons.get(step.carrier_id or 0, []), key=lambda one: -one[1]),
        )
        for step in steps
    ]  # fmt: skip
    return sorted(lines, key=lambda line: line.step.removed_at is not None)


def exits_of(user: User | None, play: Play) -> list[tuple[str, str, int]]:
    """Why people are not inside any more: how, the reason, how many; the commonest first."""
    labels = dict(EntryState.choices)
    if sees_everybody(user):
        counted: Any = kept_exits(play)
    else:
        rows = entries_of(user, play).filter(is_control=False).exclude(state=EntryState.INSIDE).order_by()
        counted = rows.values_list("state", "reason").annotate(n=Count("pk")).order_by("-n", "state", "reason")
    return [(labels[state], reason, n) for state, reason, n in counted[:20]]


def newest_entries(user: User | None, play: Play) -> list[PlayEntry]:
    """Who came in last; the control group is not told apart from the others by name before it is over."""
    rows = entries_of(user, play).filter(is_control=False).select_related("contact", "step")
    return list(rows.order_by("-entered_at", "-pk")[:NEWEST])


def was_held(play: Play) -> bool:
    """Whether it is paused because sending was held after a restore, not by a person."""
    return play.state == PlayState.PAUSED and was_held_back(play)


def mail_of(step: PlayStep) -> Any:
    """The variant that a mail step says; None for other steps."""
    return next(iter(step.carrier.variants.all()), None) if step.carrier else None


def places_of(user: User, contact: Contact) -> QuerySet[PlayEntry]:
    """The plays that a contact is or was in; not those of whose control group they are."""
    rows: QuerySet[PlayEntry] = PlayEntry.objects.visible_to(user).filter(contact=contact, is_control=False)
    return rows.select_related("play", "step").order_by(F("ended_at").desc(nulls_first=True), "-entered_at")
