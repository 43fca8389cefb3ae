"""Enumerations of suggestions."""

from __future__ import annotations

from django.db.models import TextChoices


class IdeaState(TextChoices):
    """How a suggestion stands, in the order of the board."""

    NEW = "new", "New"
    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    DECLINED = "declined", "Declined"


class IdeaSource(TextChoices):
    """How somebody's wish came."""

    HAND = "hand", "Written down by a colleague"
    ANSWER = "answer", "Answer of a survey"
    PORTAL = "portal", "Portal"
    API = "api", "API"


ENDED = (IdeaState.DONE, IdeaState.DECLINED)
TOLD = (IdeaState.PLANNED, IdeaState.DONE, IdeaState.DECLINED)
"""Of these customers can be told, of each once."""
STATE_TONES: dict[str, str] = {
    IdeaState.NEW: "accent", IdeaState.PLANNED: "warn", IdeaState.DONE: "good", IdeaState.DECLINED: "neutral"
}  # fmt: skip
