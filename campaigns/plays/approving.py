"""Whether a play needs the approval of a second person, and what a change does to the one that it has."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from campaigns import approval
from campaigns.choices import PlayState
from campaigns.models import Campaign, CampaignSegment, Play, Segment
from campaigns.plays.entering import people_for
from campaigns.segments.meaning import asked_by, asking_for
from campaigns.sending.audience import rules
from crm.filtering.trees.nodes import TreeProblem
from crm.models import User

UNAPPROVED = "so many people may come in that a second person approves it first: ask, then let it go on"
TOO_LARGE = "So many people may come in that a second person approves what is done: pause it, change it, and ask."


def needs_approval(play: Play) -> bool:
    """Whether more people may come into it than one person alone may write to, or nobody can say how many. No further
    are they counted."""
    try:
        return _is_large(play)
    except TreeProblem:
        return True


def lacks_approval(play: Play) -> bool:
    """Whether it needs one that it has not, whatever has changed since it began. Raises TreeProblem where nobody can
    say how many may come in."""
    return play.approved_at is None and _is_large(play)


def void_for_change(play: Play) -> None:
    """Whom it lets in, what it does or what it says is other now; saved by the caller. Raises ValidationError for one
    that runs and is large: it would go on as nobody else has seen it."""
    approval.make_void(play)
    if play.state == PlayState.RUNNING and needs_approval(play):
        raise ValidationError(TOO_LARGE)


def void_for_segment(actor: User | None, segment: Segment) -> None:
    """Whom a segment means is other now: plays and campaigns for it, or for one that asks for it, have no approval any
    more."""
    meant = asking_for(segment)
    approval.void_plays(actor, Play.objects.filter(audience__in=meant), segment)
    named = CampaignSegment.objects.filter(segment__in=meant).order_by().values("campaign")
    approval.void_campaigns(actor, Campaign.objects.filter(pk__in=named), segment)


def _is_large(play: Play) -> bool:
    steps = list(play.steps.filter(removed_at=None))
    with asked_by(None):
        found = people_for(play, steps).order_by().values("pk")[: rules().approval_above + 1].count()
    return approval.is_large(found)
