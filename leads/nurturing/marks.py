"""The leads behind a figure of a sequence, as a filter of their list: exactly those that were counted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from leads.choices import EnrolmentState, StopReason, TouchResult
from leads.models import Enrolment, Sequence, SequenceStep, SequenceTouch

DONE = SequenceTouch.objects.filter(enrolment=OuterRef("pk"), result__in=(TouchResult.SENT, TouchResult.TASK))
QUALIFIED = Q(lead__qualified_at__gte=F("started_at")) | Q(lead__converted_at__gte=F("started_at"))
FIGURES: dict[str, tuple[str, Q]] = {
    "enrolled": ("came in", Q()),
    "running": ("running", Q(state=EnrolmentState.ACTIVE)),
    "paused": ("paused", Q(state=EnrolmentState.PAUSED)),
    "finished": ("came to the end", Q(state=EnrolmentState.FINISHED)),
    "stopped": ("stopped before the end", Q(state=EnrolmentState.STOPPED)),
    "touched": ("were touched", Q(Exists(DONE))),
    "replied": ("answered", Q(reason=StopReason.REPLIED)),
    "refused": ("said no", Q(reason=StopReason.UNSUBSCRIBED)),
    "qualified": ("were qualified", QUALIFIED),
    "won": ("became customers", Q(lead__converted=True, lead__converted_at__gte=F("started_at"))),
}
"""What is counted of a sequence: words, and which enrolments."""
OF_A_STEP = {
    "sent": "got the mail",
    "task": "were given as a task",
    "skipped": "were left out",
    "passed": "were not meant",
    "waiting": "are next",
}


def mark_url(sequence: int, figure: str, step: int | None = None) -> str:
    """The list of the leads behind a figure."""
    mark = "|".join([str(sequence), figure, str(step or "")])
    return f"{reverse('leads:lead_list')}?{urlencode({'nurtured': mark, 'state': 'all'})}"


def condition(mark: str) -> Q:
    """The condition on leads that a mark means. Raises ValueError with a sentence."""
    sequence, figure, step = _read(mark)
    rows = Enrolment.objects.filter(lead=OuterRef("pk"), sequence=sequence)
    if step is None:
        return Q(Exists(rows.filter(FIGURES[figure][1])))
    if figure == "waiting":
        return Q(Exists(rows.filter(state=EnrolmentState.ACTIVE, next_step=step)))
    if figure in FIGURES:
        return Q(Exists(rows.filter(FIGURES[figure][1], last_step=step)))
    return Q(Exists(SequenceTouch.objects.filter(enrolment__lead=OuterRef("pk"), step=step, result=figure)))


def words(mark: str) -> str:
    """`After the fair, answered after “Three frames for you”`."""
    key, figure, step = _read(mark)
    name = Sequence.objects.filter(pk=key).values_list("name", flat=True).first() or "a sequence"
    said = FIGURES[figure][0] if figure in FIGURES else OF_A_STEP[figure]
    title = SequenceStep.objects.filter(pk=step).values_list("title", flat=True).first() if step else ""
    return f"{name}: {said}{f', “{title}”' if title else ''}"


def _read(mark: str) -> tuple[int, str, int | None]:
    parts: list[Any] = mark.split("|")
    try:
        sequence, figure, step = parts
        is_number = all(one.isascii() and one.isdecimal() and len(one) < 19 for one in (sequence, step or "0"))
        if not is_number or figure not in ({**FIGURES, **OF_A_STEP} if step else FIGURES):
            raise ValueError
    except ValueError:
        raise ValueError("This is no figure of a sequence.") from None
    return int(sequence), figure, int(step) if step else None
