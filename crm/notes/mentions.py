"""Naming a colleague by @: who may be named is who may see the record; who is named is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crm.hanging import key_of
from crm.models import Mention, User
from crm.notes.choices import NoticeKind
from crm.notes.notices import News, tell

if TYPE_CHECKING:
    from django.db.models import Model

MOST_FOUND = 8
MOST_ASKED = 40
MOST_NAMED = 20
NAME = re.compile(r"@(?=\S)")
EXCERPT = 300


def who_may_be_named(user: User, record: Model, words: str) -> list[User]:
    """Colleagues whose name or address has these words and who may see the record, at most eight, by name."""
    people = User.objects.visible_to(user).filter(is_active=True, email__isnull=False).exclude(pk=user.pk)
    for word in words.split()[:5]:
        people = people.filter(name__icontains=word)
    found: list[User] = []
    for person in people.select_related("team").order_by("name", "id")[:MOST_ASKED]:
        if sees(person, record):
            found.append(person)
        if len(found) == MOST_FOUND:
            break
    return found


def sees(person: User, record: Model) -> bool:
    """Whether this person may see the record."""
    rows: Any = type(record)._default_manager
    return bool(rows.visible_to(person).filter(pk=record.pk).exists())


def mention(
    *, actor: User | None, source: Model, record: Model | None, text: str, mentioned: Sequence[int] = ()
) -> list[User]:
    """Keep and tell who is named in a text about a record; those who were. Part of the action that saves the text.

    `mentioned` are ids that a page sends along; without them, full names that only one person bears are understood.
    Whoever may not see the record is left out: naming gives no right.
    """
    if record is None or "@" not in text:
        return []
    named = [person for person in _named(text, mentioned) if person != actor and sees(person, record)]
    for person in named:
        Mention.objects.get_or_create(
            source_model=source._meta.label_lower,
            source_id=source.pk,
            user=person,
            defaults={"by": actor, **key_of(record)},
        )
    tell(_news(actor, person, source, record, text) for person in named)
    return named


def _named(text: str, mentioned: Sequence[int]) -> list[User]:
    """People whose name stands behind an @ in the text."""
    after = [text[match.end() : match.end() + 150].casefold() for match in NAME.finditer(text)][:MOST_NAMED]
    chosen = User.objects.filter(pk__in=list(mentioned)[:MOST_NAMED], is_active=True)
    people = [person for person in chosen if _stands(person.name, after)]
    taken = {person.name.casefold() for person in people}
    firsts = {words.split()[0].strip(".,;:!?") for words in after if words.split()}
    if firsts:
        others = User.objects.filter(is_active=True, name__iregex=f"^({'|'.join(map(re.escape, sorted(firsts)))})")
        bearers: dict[str, list[User]] = {}
        for person in others[:200]:
            bearers.setdefault(person.name.casefold(), []).append(person)
        people += [
            rows[0] for name, rows in bearers.items() if name not in taken and len(rows) == 1 and _stands(name, after)
        ]
    return people[:MOST_NAMED]


def _stands(name: str, after: Sequence[str]) -> bool:
    wanted = name.casefold()
    return any(words.startswith(wanted) and not words[len(wanted) : len(wanted) + 1].isalnum() for words in after)


def _news(actor: User | None, person: User, source: Model, record: Model, text: str) -> News:
    who = actor.name if actor is not None else "Somebody"
    url: str = record.get_absolute_url()  # type: ignore[attr-defined]
    key = f"mention:{source._meta.label_lower}:{source.pk}:{person.pk}"
    return News(person, NoticeKind.MENTION, f"{who} mentioned you at {record}", url, key, text[:EXCERPT])
