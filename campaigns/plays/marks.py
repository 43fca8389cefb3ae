"""The contacts behind a figure of a play, as a filter of their list: exactly those that were counted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from campaigns.choices import EntryState, TouchResult
from campaigns.models import Play, PlayEntry, PlayStep, PlayTouch

FIGURES: dict[str, tuple[str, Q]] = {
    "in": ("came in", Q()),
    "treated": ("came in, without the control group", Q(is_control=False)),
    "control": ("control group", Q(is_control=True)),
    "inside": ("inside", Q(is_control=False, state=EntryState.INSIDE)),
    "goal": ("reached the goal", Q(is_control=False, goal_at__isnull=False)),
    **{f"out:{state}": (label, Q(is_control=False, state=state)) for state, label in EntryState.choices},
}
"""What is counted of a play: words, and which entries."""
OF_A_STEP: dict[str, str] = {"waiting": "wait for it", **dict(TouchResult.choices)}


def mark_url(play: int, figure: str, step: int | None = None) -> str:
    """The list of the contacts behind a figure, archived ones too: they were counted."""
    mark = "|".join([str(play), figure, str(step or "")])
    return f"{reverse('contacts:contact_list')}?{urlencode({'played': mark, 'state': 'all'})}"


def condition(mark: str) -> Q:
    """The condition on contacts that a mark means. Raises ValueError with a sentence."""
    play, figure, step = _read(mark)
    entries = PlayEntry.objects.filter(contact=OuterRef("pk"), play=play)
    if step is None:
        return Q(Exists(entries.filter(FIGURES[figure][1])))
    if figure == "waiting":
        return Q(Exists(entries.filter(step=step, state=EntryState.INSIDE)))
    touches = PlayTouch.objects.filter(step=step, result=figure, entry__contact=OuterRef("pk"), entry__play=play)
    return Q(Exists(touches))


def words(mark: str) -> str:
    """`Welcome, step 2: mail handed over`."""
    key, figure, step = _read(mark)
    name = Play.objects.filter(pk=key).values_list("name", flat=True).first() or "a play"
    if step is None:
        return f"{name}: {FIGURES[figure][0]}"
    place = PlayStep.objects.filter(pk=step, play=key).values_list("position", flat=True).first() or ""
    return f"{name}, step {place}: {OF_A_STEP[figure]}"


def _read(mark: str) -> tuple[int, str, int | None]:
    parts: list[Any] = mark.split("|")
    try:
        play, figure, step = parts
        is_number = all(one.isascii() and one.isdecimal() and len(one) < 19 for one in (play, step or "0"))
        if not is_number or figure not in (OF_A_STEP if step else FIGURES):
            raise ValueError
    except ValueError:
        raise ValueError("This is no figure of a play.") from None
    return int(play), figure, int(step) if step else None
