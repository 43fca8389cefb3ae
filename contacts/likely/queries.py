"""Contacts that may be the one that is being typed: by exact keys and by the name, as fast as a search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contacts.choices import PointKind
from contacts.models import Contact, ContactPoint
from contacts.normalising import normalise_point
from contacts.searching import show_contacts
from crm.field_rights import hidden_fields
from crm.filtering.searching import search_condition
from crm.models import User
from crm.search.spec import SearchHit

MOST = 5
SHORTEST_NAME = 4
POINTS = {"email": (PointKind.EMAIL, "the same e-mail address"), "phone": (PointKind.PHONE, "the same phone")}
SAME_NAME, LIKE_NAME = "the same name", "a name like it"


@dataclass(frozen=True)
class Typed:
    """What was typed so far. `record` is the id of the contact that is being changed."""

    kind: str
    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    country: str = ""
    record: int | None = None


@dataclass(frozen=True)
class Likely:
    """A contact that may be the same, and why in words."""

    key: int
    why: tuple[str, ...]


def likely_ones(user: User | None, typed: Typed) -> list[Likely]:
    """At most five that the person may see, those with most in common first. Three queries by index at most; a field
    that is hidden from the person tells nothing."""
    hidden, found = hidden_fields(user, Contact), dict[int, list[str]]()
    rows = Contact.objects.visible_to(user).current()
    rows = rows if typed.record is None else rows.exclude(pk=typed.record)
    for name, (kind, words) in POINTS.items():
        wanted = {normalise_point(kind, one, typed.country) for one in getattr(typed, f"{name}s")} - {""}
        if wanted and name not in hidden:
            same = ContactPoint.objects.filter(kind=kind, normalised__in=wanted).values("contact")
            _note(found, rows.filter(pk__in=same).order_by("pk").values_list("pk", flat=True)[: MOST * 2], words)
    name = " ".join(typed.name.split())
    if len(name) >= SHORTEST_NAME and "name" not in hidden:
        like = rows.filter(search_condition(name, names_only=True), kind=typed.kind).order_by("sort_name", "pk")
        named = list(like.values_list("pk", "name")[: MOST * 2])
        same_name = [pk for pk, one in named if one.casefold() == name.casefold()]
        _note(found, same_name, SAME_NAME)
        _note(found, [pk for pk, _ in named if pk not in same_name], LIKE_NAME)
    best = sorted(found, key=lambda pk: (-len(found[pk]), LIKE_NAME in found[pk], pk))
    return [Likely(pk, tuple(found[pk])) for pk in best[:MOST]]


def shown(user: User, likely: list[Likely]) -> Iterator[tuple[SearchHit, str]]:
    """Each with what the search would show of it, and why it may be the same."""
    hits = show_contacts(user, [one.key for one in likely])
    for one in likely:
        if one.key in hits:
            yield hits[one.key], " and ".join(one.why)


def _note(found: dict[int, list[str]], keys: Iterable[int], words: str) -> None:
    for key in keys:
        found.setdefault(key, []).append(words)
