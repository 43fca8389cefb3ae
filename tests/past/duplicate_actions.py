"""The actions of duplicates with what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analytics.duplicates import actions
from analytics.models import DistinctPair, DuplicatePair
from contacts.merging import actions as merging
from tests.factories import make_contact

DUPLICATE_MODULES = (actions, merging)


def make_pair(*contacts: Any, probability: float = 0.98, **fields: Any) -> DuplicatePair:
    """Two contacts that may be one party; two new ones, unless given."""
    first, second = sorted(contacts or (make_contact(), make_contact()), key=lambda one: one.pk)
    evidence = fields.pop("evidence", [["last_name", 0, 8.1], ["first_name", 1, 5.2]])
    return DuplicatePair.objects.create(
        first=first, second=second, probability=probability, evidence=evidence, run_id=1, **fields
    )


def make_distinct(**fields: Any) -> DistinctPair:
    pair = make_pair(**fields)
    return DistinctPair.objects.create(first=pair.first, second=pair.second)


def _say(actor: Any) -> Callable[[], Any]:
    pair = make_pair()
    return lambda: actions.say_not_the_same(actor=actor, pair=pair)


def _take_back(actor: Any) -> Callable[[], Any]:
    said = make_distinct()
    return lambda: actions.take_back(actor=actor, said=said)


def _merge(actor: Any) -> Callable[[], Any]:
    kept, gone = make_contact(emails=("a@example.org",)), make_contact(emails=("b@example.org",))
    return lambda: merging.merge_contacts(actor=actor, kept=kept, gone=gone)


def _undo(actor: Any) -> Callable[[], Any]:
    merge = _merge(actor)()
    return lambda: merging.undo_merge(actor=actor, merge=merge)


DUPLICATE_ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "say_not_the_same": _say,
    "take_back": _take_back,
    "merge_contacts": _merge,
    "undo_merge": _undo,
}
