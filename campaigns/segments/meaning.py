"""Who is in a segment: its tree as one condition on contacts, so that a list, the API, a file and a campaign get the
same people by one SQL statement.

Segments may ask for segments ("is in A and not in B"), never for themselves, however far round. A segment asks with the
rights of who asks: where its tree needs a field that is hidden from them, they cannot use it. The system (a night job)
may ask all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.models import Segment, SegmentMember
from contacts.models import Contact
from crm.acting import current_acting
from crm.field_rights import hidden_specs
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import Condition, Node, TreeProblem, conditions_of, tree_of
from crm.filtering.trees.operators import ME
from crm.models import User

LABEL = "contacts.contact"
FIELD = "in_segment"
DEEPEST = 6
OWN_WORDS = "Name the person instead of “me”: a segment is the same for everybody."
_unfolding: ContextVar[tuple[int, ...]] = ContextVar("segments_unfolding", default=())
_asker: ContextVar[tuple[User | None] | None] = ContextVar("segments_asker", default=None)


@contextmanager
def asked_by(user: User | None) -> Iterator[None]:
    """Everything inside asks with the rights of this person; None: of the system."""
    token = _asker.set((user,))
    try:
        yield
    finally:
        _asker.reset(token)


def _who_asks() -> User | None:
    """The person that was named, else who acts here and now."""
    named = _asker.get()
    if named is not None:
        return named[0]
    actor = current_acting().actor_id
    return User.objects.filter(pk=actor).first() if actor else None


def trees_of(user: User | None) -> TreeList:
    """The fields of contacts that this person may ask for."""
    return TreeList(LABEL, user, hidden_specs(user, LABEL))


def tree_in(segment: Segment) -> Node | None:
    """The tree of a segment; None: everybody. Raises TreeProblem."""
    return tree_of(segment.filter) if segment.filter else None


def problems_of(node: Node | None, user: User | None, *, own: int | None = None) -> list[str]:
    """What is wrong with a tree as a segment (`own`: its id), a sentence each."""
    if any(_holds_me(one.value) for one in conditions_of(node)):
        return [OWN_WORDS]
    with asked_by(user), _within(own):
        return trees_of(user).problems(node)


def people_in(segment: Segment, user: User | None) -> QuerySet[Contact]:
    """The contacts of a segment that the person may see. Raises TreeProblem with a sentence where it cannot be asked
    any more, or not by them."""
    with asked_by(user):
        return cast("QuerySet[Contact]", Contact.objects.visible_to(user).filter(meant_by(segment, user)))


def meant_by(segment: Segment, user: User | None) -> Q:
    """The condition on contacts that a segment is. Raises TreeProblem."""
    if segment.is_fixed:
        return Q(Exists(SegmentMember.objects.filter(segment=segment.pk, contact=OuterRef("pk"))))
    with _within(segment.pk, segment.name):
        node, trees = tree_in(segment), trees_of(user)
        for condition in conditions_of(node):
            if condition.field in trees.hidden:
                raise TreeProblem(f"The segment “{segment}” asks for something that is hidden from you.")
        asked = trees.meant(node) if node is not None else Q()
        return asked if trees.asks_for_state(node) else asked & Q(archived_at=None)


def in_segment(look_up: str, value: Any) -> Q:
    """The comparison of the field “in the segment”: any of these."""
    if look_up != "in":
        raise TreeProblem("Choose a segment.")
    keys = [int(one) for one in _listed(value) if str(one).isascii() and str(one).isdecimal() and len(str(one)) < 19]
    found = {segment.pk: segment for segment in Segment.objects.filter(pk__in=keys)}
    user, meant = _who_asks(), Q(pk__in=[])
    for key in keys:
        if key not in found:
            raise TreeProblem("A segment that it asks for is not there any more.")
        meant |= meant_by(found[key], user)
    return meant


def segments_asked_for(node: Node | None) -> set[int]:
    """Ids of the segments that a tree names itself."""
    asked = [one for one in conditions_of(node) if one.field == FIELD]
    return {int(key) for one in asked for key in _listed(one.value) if str(key).isdecimal() and len(str(key)) < 19}


def asking_for(segment: Segment) -> set[int]:
    """Ids of a segment and of all that ask for it, however far round."""
    asked: dict[int, set[int]] = {}
    for other in Segment.objects.filter(is_fixed=False):
        try:
            asked[other.pk] = segments_asked_for(tree_in(other))
        except TreeProblem:
            continue  # one that cannot be read asks for nobody
    found = {segment.pk}
    while more := {key for key, named in asked.items() if key not in found and named & found}:
        found |= more
    return found


def segment_condition(*keys: int) -> Condition:
    """A condition that asks for these segments."""
    return Condition(FIELD, "any", tuple(str(key) for key in keys))


def choices() -> Sequence[tuple[str, str]]:
    return [(str(key), name) for key, name in Segment.objects.order_by("name").values_list("pk", "name")]


@contextmanager
def _within(key: int | None, name: str = "") -> Iterator[None]:
    """Unfold a segment inside another. Raises TreeProblem where it is one of those that are being unfolded."""
    opened = _unfolding.get()
    if key is None:
        yield
        return
    if key in opened:
        raise TreeProblem(f"The segment “{name}” would ask for itself.")
    if len(opened) >= DEEPEST:
        raise TreeProblem(f"Segments ask for segments at most {DEEPEST} deep.")
    token = _unfolding.set((*opened, key))
    try:
        yield
    finally:
        _unfolding.reset(token)


def _holds_me(value: Any) -> bool:
    return ME in value if isinstance(value, tuple) else value == ME


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
