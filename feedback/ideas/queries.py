"""Reads of suggestions: the list's search, the columns of the board, who asks for one, the history of a contact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum

from crm.access import can, visible_words
from crm.catalogue import TimelineEntry, TimelineSource
from crm.choices import Verb
from crm.database.kept import ANY_KEY, KeptRows, Shelf
from crm.field_rights import hides
from crm.filtering.searching import has_words
from crm.languages.words import in_words
from crm.models import User
from crm.templatetags.figures import in_sentence
from feedback.ideas.choices import ENDED, STATE_TONES, IdeaState
from feedback.models import Response, Suggestion, SuggestionVote

MOST_CARDS, MOST_VOTES = 50, 200
EXCERPT = 400
_newest: Shelf[KeptRows[SuggestionVote]] = Shelf()


def search_suggestions(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Suggestions that have every word of the text; of its title alone, where the person may not read more."""
    path = "title__fold" if hides(user, "feedback.suggestion.text") else "search_text"
    return rows.filter(has_words(path, text))


@dataclass(frozen=True)
class Column:
    """A state on the board: its first cards, and of how many, asked for by how many customers in all."""

    state: IdeaState
    cards: Sequence[Suggestion]
    count: int
    votes: int

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


def columns_of(user: User, *, owner: User | None = None) -> list[Column]:
    """What is asked for most on top; of what has ended, the newest. Five queries."""
    rows = Suggestion.objects.visible_to(user)
    if owner is not None:
        rows = rows.filter(owner=owner)
    sums = {
        state: (count, votes)
        for state, count, votes in rows.order_by().values_list("state").annotate(count=Count("pk"), all=Sum("votes"))
    }
    columns = []
    for state in IdeaState:
        order = ("-state_at", "-pk") if state in ENDED else ("-votes", "-pk")
        cards = rows.filter(state=state).select_related("owner", "touch_point").order_by(*order)[:MOST_CARDS]
        count, votes = sums.get(state.value, (0, 0))
        columns.append(Column(state, list(cards) if count else [], count, votes))
    return columns


def votes_of(user: User, suggestion: Suggestion) -> list[SuggestionVote]:
    """Who asks for it, of those whom the person may see, the newest first."""
    rows = SuggestionVote.objects.visible_to(user).filter(suggestion=suggestion).select_related("contact", "response")
    return list(rows.order_by("-asked_at", "-pk")[:MOST_VOTES])


def answers_behind(user: User, votes: Sequence[SuggestionVote]) -> set[int]:
    """Of the answers from which votes come, the ids of those that the person may see. One query."""
    keys = {vote.response_id for vote in votes if vote.response_id}
    return set(Response.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()


def votes_before(user: User, key: int, before: dt.datetime | None, limit: int) -> list[TimelineEntry]:
    """What a contact asked for, newest first."""
    if not can(user, Verb.VIEW, Suggestion) or not can(user, Verb.VIEW, SuggestionVote):
        return []
    if before:
        found: Iterable[SuggestionVote] = _told(user, key).filter(asked_at__lt=before)[:limit]
    else:
        seen = (limit, visible_words(SuggestionVote, user))
        found = _newest.get_or_make(seen, lambda: KeptRows(_told(user, ANY_KEY)[:limit])).read(key)
    hides_words = hides(user, "feedback.suggestionvote.words")
    return [_entry(vote, "" if hides_words else vote.words) for vote in found]


def _told(user: User, key: int) -> QuerySet[SuggestionVote]:
    rows = SuggestionVote.objects.visible_to(user).filter(contact=key)
    return rows.select_related("suggestion").order_by("-asked_at", "-pk")


def _entry(vote: SuggestionVote, words: str) -> TimelineEntry:
    suggestion = vote.suggestion
    became = "" if suggestion.state == IdeaState.NEW else f" ({in_sentence(suggestion.get_state_display())})"
    told = (
        (in_words("told that it is %(state)s", state=in_sentence(vote.get_told_state_display())),)
        if vote.told_state
        else ()
    )
    return TimelineEntry(
        at=vote.asked_at,
        icon="lightbulb",
        title=(in_words("Suggested “%(idea)s”", idea=suggestion)) + became,
        key=f"suggestion-{vote.pk}",
        text=words[:EXCERPT] + ("…" if len(words) > EXCERPT else ""),
        url=suggestion.get_absolute_url(),
        tone=STATE_TONES[suggestion.state],
        notes=told,
    )


TIMELINE = (TimelineSource("suggestions", "Suggestions", votes_before),)
