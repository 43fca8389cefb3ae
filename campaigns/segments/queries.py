"""Reads of segments: how large, who, what it asks in words, and why a person is in or out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When
from django.utils import timezone

from campaigns.models import Segment, SegmentMove
from campaigns.segments.meaning import asked_by, meant_by, people_in, tree_in, trees_of
from campaigns.tallies import sees_everybody
from contacts.models import Contact
from contacts.permission.counting import Permitted, permitted_among
from crm.filtering.lots import drawn_by_lot
from crm.filtering.patience import OutOfPatience, patience
from crm.filtering.trees.nodes import Condition, Group, Node, Not, TreeProblem
from crm.filtering.trees.wording import Wording
from crm.models import User

SAMPLE = 20
PATIENCE_MILLISECONDS, STEP, LEAST_DRAWN = 500, 256, 16
RECENT_DAYS = 30
JOINS = {"all": "all of these", "any": "any of these"}


@dataclass(frozen=True)
class Standing:
    """A segment as it stands for one person: how many they see (`is_estimate`: about), or why it cannot be asked."""

    segment: Segment
    count: int | None = None
    is_estimate: bool = False
    words: str = ""
    problem: str = ""


def standing_of(segment: Segment, user: User) -> Standing:
    """Counted now: to the last one, or, where that takes too long, by one of `STEP` drawn by lot; of few drawn no
    estimate is made, so that they are counted, however long it takes."""
    try:
        people = people_in(segment, user).order_by()
        words = words_of(segment, user)
        try:
            with patience(PATIENCE_MILLISECONDS):
                return Standing(segment, people.count(), words=words)
        except OutOfPatience:
            drawn = drawn_by_lot(people, STEP).count()
            if drawn < LEAST_DRAWN:
                return Standing(segment, people.count(), words=words)
            return Standing(segment, drawn * STEP, is_estimate=True, words=words)
    except TreeProblem as problem:
        return Standing(segment, problem=str(problem))


def words_of(segment: Segment, user: User) -> str:
    """What a segment asks, in a line. Raises TreeProblem."""
    if segment.from_list:
        return "a list that was brought"
    node = tree_in(segment)
    with asked_by(user):
        return Wording(trees_of(user)).line(node) if node is not None else "everybody"


def sample_of(segment: Segment, user: User) -> list[Contact]:
    """Some of its people: the newest contacts. Raises TreeProblem."""
    return list(people_in(segment, user).order_by("-pk")[:SAMPLE])


def mailable(segment: Segment, user: User, count: int) -> Permitted:
    """How many of its so many people may be written to by e-mail for marketing today. Raises TreeProblem."""
    return permitted_among(people_in(segment, user), count)


def moves_of(segment: Segment, user: User) -> dict[str, int]:
    """How many came and left in the last days, of the people whom the person may see."""
    rows = SegmentMove.objects.filter(segment=segment, at__gte=timezone.now() - dt.timedelta(days=RECENT_DAYS))
    if not sees_everybody(user):
        rows = rows.filter(contact__in=Contact.objects.visible_to(user).order_by().values("pk"))
    found: dict[str, int] = rows.aggregate(
        came=Count("pk", filter=Q(has_entered=True)), left=Count("pk", filter=Q(has_entered=False))
    )
    return found


def newest_moves(segment: Segment, user: User) -> list[SegmentMove]:
    """Who came and left last."""
    rows: QuerySet[SegmentMove] = SegmentMove.objects.visible_to(user).filter(segment=segment)
    return list(rows.select_related("contact").order_by("-at", "-pk")[:10])


@dataclass(frozen=True)
class Why:
    """A part of a segment's tree held against one contact: whether it holds, and its own parts."""

    words: str
    holds: bool
    parts: list[Why] = field(default_factory=list)


def why(segment: Segment, contact: Contact, user: User) -> Why:
    """Why a contact is in a segment or out of it, part by part; one query. Raises TreeProblem."""
    with asked_by(user):
        if segment.is_fixed:
            holds = Contact.objects.filter(meant_by(segment, user), pk=contact.pk).exists()
            return Why("stands in a list" if segment.from_list else "was in it when it was fixed", holds)
        node, trees = tree_in(segment), trees_of(user)
        asked: list[Q] = []
        shape = _shape(node, trees, asked) if node is not None else None
        if not trees.asks_for_state(node):
            asked.append(Q(archived_at=None))
        answers = _answers(contact, asked)
        parts = [_filled(shape, answers)] if shape is not None else []
        if not trees.asks_for_state(node):
            parts.append(Why("is not archived", answers[len(asked) - 1]))
        return Why("", all(part.holds for part in parts), parts)


@dataclass(frozen=True)
class _Shape:
    """A part of a tree in words, with the place of its condition among those that are asked."""

    words: str
    place: int
    parts: list[_Shape] = field(default_factory=list)


def _shape(node: Node, trees: Any, asked: list[Q]) -> _Shape:
    wording = Wording(trees)
    asked.append(trees.meant(node))
    place = len(asked) - 1
    if isinstance(node, Condition):
        return _Shape(" ".join(wording.say(node)), place)
    if isinstance(node, Not):
        return _Shape("not", place, [_shape(node.part, trees, asked)])
    return _Shape(JOINS[_group(node).join], place, [_shape(part, trees, asked) for part in _group(node).parts])


def _group(node: Node) -> Group:
    if not isinstance(node, Group):
        raise TreeProblem("A part of the filter is neither a condition nor `all`, `any` or `not`.")
    return node


def _answers(contact: Contact, asked: Sequence[Q]) -> list[bool]:
    """Which of the conditions hold for a contact."""
    flags = {
        f"part_{at}": Case(When(one, then=Value(True)), default=Value(False), output_field=BooleanField())
        for at, one in enumerate(asked)
    }
    try:
        row = Contact.objects.filter(pk=contact.pk).annotate(**flags).values(*flags).get()
    except EmptyResultSet:
        return [False] * len(asked)
    return [bool(row[name]) for name in flags]


def _filled(shape: _Shape, answers: Sequence[bool]) -> Why:
    return Why(shape.words, answers[shape.place], [_filled(part, answers) for part in shape.parts])
