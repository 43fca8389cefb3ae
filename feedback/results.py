"""What came of a survey: who was asked and answered, and each question in figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Avg, Count, Q

from crm.intervals import share_interval
from crm.models import User
from feedback.choices import SMALL_N, LeftOut, QuestionKind
from feedback.models import Answer, Invitation, Question, Response, Survey
from feedback.scoring import NetPromoter

MOST_CHOICES = 12


@dataclass(frozen=True)
class Asked:
    """How many were asked by a personal link, how many of them answered, and why others were left out."""

    asked: int = 0
    answered: int = 0
    left: Sequence[tuple[str, int]] = ()

    @property
    def silent(self) -> int:
        return self.asked - self.answered

    @property
    def rate(self) -> float | None:
        return self.answered / self.asked if self.asked else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the rate, 95 %."""
        return share_interval(self.answered, self.asked) if self.asked else None


@dataclass(frozen=True)
class Figures:
    """One question: how many answered and skipped it, its mean, its score, how often each answer was given."""

    question: Question
    n: int
    skipped: int
    mean: float | None = None
    nps: NetPromoter | None = None
    spread: Sequence[tuple[str, int, float]] = field(default_factory=tuple)

    @property
    def is_small(self) -> bool:
        return self.n < SMALL_N


def asked_by(user: User | None, survey: Survey) -> Asked:
    """Of the customers whom the person may see."""
    rows = Invitation.objects.visible_to(user).filter(survey=survey)
    counts = rows.aggregate(
        asked=Count("pk", filter=Q(not_asked="")), answered=Count("pk", filter=Q(response__isnull=False))
    )
    left = rows.exclude(not_asked="").order_by().values_list("not_asked").annotate(count=Count("pk")).order_by("-count")
    return Asked(counts["asked"], counts["answered"], [(LeftOut(reason).label, count) for reason, count in left])


def figures_of(user: User | None, survey: Survey) -> list[Figures]:
    """Each question of a survey over the responses that the person may see; three queries whatever their number."""
    questions = list(survey.questions.order_by("position", "pk"))
    answers = Answer.objects.filter(question__survey=survey)
    if user is not None:
        answers = answers.filter(response__in=Response.objects.visible_to(user).filter(survey=survey).values("pk"))
    is_said = Q(value__isnull=False) | ~Q(choice="") | ~Q(comment="")
    totals: dict[int, Any] = {
        row["question"]: row
        for row in answers.order_by().values("question").annotate(
            n=Count("pk", filter=is_said), all=Count("pk"), mean=Avg("value")
        )
    }  # fmt: skip
    given: dict[int, list[tuple[Any, str, int]]] = {}
    is_counted = Q(value__isnull=False) | ~Q(choice="")
    counted = answers.filter(is_counted).exclude(question__kind=QuestionKind.NUMBER).order_by()
    for key, value, choice, count in counted.values_list("question", "value", "choice").annotate(count=Count("pk")):
        given.setdefault(key, []).append((value, choice, count))
    return [_figures(one, totals.get(one.pk, {}), given.get(one.pk, [])) for one in questions]


def _figures(question: Question, total: dict[str, Any], given: list[tuple[Any, str, int]]) -> Figures:
    n = total.get("n", 0)
    mean = float(total["mean"]) if total.get("mean") is not None else None
    nps = None
    if question.kind == QuestionKind.NPS:
        nps = NetPromoter()
        for value, _, count in given:
            nps += NetPromoter.of([int(value)]).times(count)
    spread = _spread(question, given, n)
    return Figures(question, n, total.get("all", 0) - n, mean, nps, spread)


def _spread(question: Question, given: list[tuple[Any, str, int]], n: int) -> list[tuple[str, int, float]]:
    """(answer, how often, share): every step of a scale, or the choices that were given most."""
    if not n:
        return []
    if question.kind in (QuestionKind.RATING, QuestionKind.NPS) and question.high - question.low <= 10:
        by_step: dict[int, int] = {}
        for value, _, count in given:
            if value is not None:
                step = round(float(value))
                by_step[step] = by_step.get(step, 0) + count
        steps = range(question.low, question.high + 1)
        return [(str(step), by_step.get(step, 0), by_step.get(step, 0) / n) for step in steps]
    by_choice: dict[str, int] = {}
    for value, choice, count in given:
        text = choice or f"{value.normalize():f}"
        by_choice[text] = by_choice.get(text, 0) + count
    most = sorted(by_choice.items(), key=lambda one: (-one[1], one[0]))[:MOST_CHOICES]
    return [(text, count, count / n) for text, count in most]
