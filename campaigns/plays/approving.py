"""Whether a play needs the approval of a second person, and what a change does to the one that it has."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from campaigns import approval
from campaigns.choices import PlayState
from campaigns.models import Play
from campaigns.plays.entering import people_for
from campaigns.segments.meaning import asked_by
from campaigns.sending.audience import rules
from crm.filtering.trees.nodes import TreeProblem

TOO_LARGE = "So many people may come in that a second person approves what is done: pause it, change it, and ask."


def needs_approval(play: Play) -> bool:
    """Whether more people may come into it than one person alone may write to, or nobody can say how many. No further
    are they counted."""
    steps = list(play.steps.filter(removed_at=None))
    try:
        with asked_by(None):
            found = people_for(play, steps).order_by().values("pk")[: rules().approval_above + 1].count()
    except TreeProblem:
        return True
    return approval.is_large(found)


def void_for_change(play: Play) -> None:
    """Whom it lets in, what it does or what it says is other now; saved by the caller. Raises ValidationError for one
    that runs and is large: it would go on as nobody else has seen it."""
    approval.make_void(play)
    if play.state == PlayState.RUNNING and needs_approval(play):
        raise ValidationError(TOO_LARGE)
