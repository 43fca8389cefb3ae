"""Enumerations of mystery shopping."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices


class VisitState(TextChoices):
    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    DROPPED = "dropped", "Called off"


class Mark(IntegerChoices):
    """How an item of a checklist was found; an item that did not arise has no mark and does not count."""

    MISSED = 0, "Not met"
    PARTLY = 1, "Partly"
    MET = 2, "Met"


BEST = int(Mark.MET)
MOST_ITEMS, MOST_WEIGHT = 60, 10
STATE_TONES: dict[str, str] = {
    VisitState.PLANNED: "warn", VisitState.DONE: "good", VisitState.DROPPED: "neutral"
}  # fmt: skip
MARK_TONES: dict[int, str] = {Mark.MISSED: "bad", Mark.PARTLY: "warn", Mark.MET: "good"}
