"""What the pages of sequences show: figures, steps, and how one lead stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet

from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.company import current_company
from crm.models import User
from leads.choices import BY_SEGMENT, EnrolmentState, TouchResult
from leads.models import Enrolment, Lead, Sequence, SequenceStep, SequenceTouch
from leads.nurturing.composing import for_colleagues
from leads.nurturing.conditions import problem_of
from leads.nurturing.marks import FIGURES, OF_A_STEP, mark_url
from leads.nurturing.rule import Written, written_to

OF_STEPS = ("replied", "qualified", "won")


@dataclass(frozen=True)
class Figure:
    """A number that leads to the leads that it counts."""

    count: int
    url: str


@dataclass(frozen=True)
class SequenceLine:
    """A sequence with its figures by name, of the leads that the person may see."""

    sequence: Sequence
    figures: dict[str, Figure]
    steps: int = 0

    @property
    def replied_share(self) -> float | None:
        touched = self.figures["touched"].count
        return self.figures["replied"].count / touched if touched else None


@dataclass(frozen=True)
class StepLine:
    """A step with its figures: what became of it, who waits for it, what came after it."""

    step: SequenceStep
    figures: dict[str, Figure]

    @property
    def problem(self) -> str:
        """Why its segment cannot be asked for any more."""
        return problem_of(self.step) if self.step.condition in BY_SEGMENT else ""


@dataclass(frozen=True)
class DoneStep:
    """What became of a step for a lead, under its title as a colleague reads it."""

    touch: SequenceTouch
    title: str


@dataclass(frozen=True)
class Standing:
    """How a lead stands in a sequence: its place, what was done, and whether the next mail may be sent."""

    enrolment: Enrolment
    place: int
    steps: int
    done: list[DoneStep] = field(default_factory=list)
    written: Written | None = None
    next_title: str = ""


def enrolments_of(user: User) -> QuerySet[Enrolment]:
    """Enrolments of leads that the person may see."""
    rows: QuerySet[Enrolment] = Enrolment.objects.order_by()
    if scope_of(user, Lead, Verb.VIEW) == Scope.ALL:
        return rows
    return rows.filter(lead__in=Lead.objects.visible_to(user).order_by().values("pk"))


def sequence_lines(user: User, pk: int | None = None) -> list[SequenceLine]:
    """The sequences (or one) by name, those in use first; two queries."""
    rows = enrolments_of(user)
    rows = rows.filter(sequence=pk) if pk else rows
    counted = {
        found["sequence"]: found
        for found in rows.values("sequence").annotate(
            **{f"n_{name}": Count("pk", filter=which) if which else Count("pk") for name, (_, which) in FIGURES.items()}
        )
    }
    sequences = Sequence.objects.visible_to(user).annotate(n_steps=Count("steps", filter=Q(steps__removed_at=None)))
    sequences = sequences.filter(pk=pk) if pk else sequences
    return [
        SequenceLine(one, _figures(one.pk, counted.get(one.pk, {})), one.n_steps)
        for one in sequences.order_by("-is_active", "name")
    ]


def step_lines(user: User, sequence: Sequence) -> list[StepLine]:
    """The steps in their order; removed ones where somebody got them. Four queries."""
    rows = enrolments_of(user).filter(sequence=sequence)
    done: dict[int, dict[str, int]] = {}
    touches = SequenceTouch.objects.filter(enrolment__in=rows).order_by().values_list("step", "result")
    for step, result, count in touches.annotate(n=Count("pk")):
        done.setdefault(step, {})[result] = count
    waiting = rows.filter(state=EnrolmentState.ACTIVE, next_step__isnull=False).values_list("next_step")
    for step, count in waiting.annotate(n=Count("pk")):
        done.setdefault(step, {})["waiting"] = count
    after: Any = rows.filter(last_step__isnull=False).values("last_step")
    for found in after.annotate(**{f"n_{name}": Count("pk", filter=FIGURES[name][1]) for name in OF_STEPS}):
        done.setdefault(found["last_step"], {}).update({name: found[f"n_{name}"] for name in OF_STEPS})
    return [
        StepLine(
            step,
            {
                name: Figure(done.get(step.pk, {}).get(name, 0), mark_url(sequence.pk, name, step.pk))
                for name in (*OF_A_STEP, *OF_STEPS)
            },
        )
        for step in sequence.steps.all()
        if step.removed_at is None or step.pk in done
    ]


def standings_of(lead: Lead) -> list[Standing]:
    """How a lead stands in the sequences that it is or was in, the newest first."""
    rows = list(
        Enrolment.objects.filter(lead=lead).select_related("sequence", "next_step", "by").order_by("-started_at", "-pk")
    )
    if not rows:
        return []
    touches: dict[int, list[SequenceTouch]] = {}
    for touch in SequenceTouch.objects.filter(enrolment__in=rows).select_related("step").order_by("at", "pk"):
        touches.setdefault(touch.enrolment_id, []).append(touch)
    counted = SequenceStep.objects.filter(sequence__in={row.sequence_id for row in rows}, removed_at=None).order_by()
    steps = dict(counted.values_list("sequence").annotate(n=Count("pk")))
    return [_standing(row, lead, touches.get(row.pk, []), steps.get(row.sequence_id, 0)) for row in rows]


def _standing(row: Enrolment, lead: Lead, touches: list[SequenceTouch], steps: int) -> Standing:
    company = current_company().name
    done = [DoneStep(touch, for_colleagues(touch.step.title, lead, company)) for touch in touches]
    title = for_colleagues(row.next_step.title, lead, company) if row.next_step else ""
    is_mail = row.is_running and row.next_step is not None and row.next_step.is_mail
    written = written_to([lead], row.sequence.purpose).get(lead.pk) if is_mail else None
    return Standing(row, len(touches), max(steps, len(touches)), done, written, title)


def _figures(sequence: int, counted: Mapping[str, Any]) -> dict[str, Figure]:
    return {name: Figure(counted.get(f"n_{name}", 0), mark_url(sequence, name)) for name in FIGURES}


def skipped_why(user: User, sequence: Sequence, most: int = 5) -> list[tuple[str, int]]:
    """The most frequent reasons for which steps were skipped."""
    rows = SequenceTouch.objects.filter(enrolment__in=enrolments_of(user).filter(sequence=sequence))
    found = rows.filter(result=TouchResult.SKIPPED).order_by().values_list("why").annotate(n=Count("pk"))
    return list(found.order_by("-n", "why")[:most])
