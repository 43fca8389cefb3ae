"""What tells touch points of one channel at one stage apart: who begins, and words of the subject.

A contact belongs to one touch point alone: the first that fits. Those that ask for something go before the one that
takes the rest, then the place along the journey counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q

from contacts.choices import Direction
from crm.filtering.folding import folded
from crm.languages.refusing import refused
from feedback.models import TouchPoint


def phrases_of(words: str) -> tuple[str, ...]:
    """The phrases of a text with commas between them, each once."""
    found = (" ".join(one.split()).lower() for one in words.split(","))
    return tuple(dict.fromkeys(one for one in found if one))


def in_order(points: Sequence[TouchPoint]) -> list[TouchPoint]:
    """The order in which touch points are asked whether a contact is theirs."""
    return sorted(points, key=lambda one: (not is_narrowed(one), one.position, one.pk))


def is_narrowed(point: TouchPoint) -> bool:
    """Whether it takes only some of the contacts of its channel at its stage."""
    return bool(point.direction or phrases_of(point.words))


def asks(point: TouchPoint) -> Q:
    """What it asks of a contact with a customer; an empty condition where it takes the rest."""
    return Q(direction=point.direction) & says(point) if point.direction else says(point)


def says(point: TouchPoint) -> Q:
    """The words alone, of whatever has a subject."""
    return reduce(or_, (Q(subject__fold__contains=folded(one)) for one in phrases_of(point.words)), Q())


def takes_tickets(point: TouchPoint) -> bool:
    """A ticket comes from the customer."""
    return point.direction != Direction.OUTBOUND


def refuse_twin(point: TouchPoint) -> None:
    """Raises ValidationError where another touch point of the channel and stage asks for the very same."""
    if not point.channel:
        return
    rivals = TouchPoint.objects.filter(channel=point.channel, stage=point.stage).exclude(pk=point.pk)
    for one in rivals:
        if _mark(one) == _mark(point):
            raise ValidationError(
                {"words": refused("“%(one)s” has this channel at this stage. Say what tells the two apart.", one=one)}
            )


def _mark(point: TouchPoint) -> Any:
    return point.direction, frozenset(phrases_of(point.words))
