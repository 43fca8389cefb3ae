"""The history of a record: what all apps know of it, newest first, in pages by moment."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Model
from django.http import Http404

from crm.catalogue import TimelineEntry, TimelineSource, timeline_sources
from crm.models import User

PAGE = 25
MOST_AT_ONE_MOMENT = 10_000


@dataclass(frozen=True)
class TimelinePage:
    """Entries, newest first; the next page is what lies before `older_than` (None: there is nothing older)."""

    entries: list[TimelineEntry]
    older_than: dt.datetime | None


def moment_asked(text: str) -> dt.datetime | None:
    """The moment of `?before=` that an older page begins at; None for the newest. Raises 404 for what is no moment."""
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Http404("That is not a moment.") from error
    if moment.tzinfo is None:
        raise Http404("A moment needs its zone.")
    return moment


def source_choices(of: str) -> list[TimelineSource]:
    """What the timeline of a kind of record can be narrowed to: each source and its parts."""
    return [choice for source in timeline_sources(of) for choice in (source.parts or (source,))]


def read_timeline(
    user: User,
    record: Model,
    *,
    before: dt.datetime | None = None,
    only: str = "",
    words: str = "",
    without: Sequence[str] = (),
) -> TimelinePage:
    """One page of the merged history. Raises `KeyError` for a source that does not exist.

    `words` narrows to entries that have all of them, in the sources that can be searched; `without` names sources that
    have nothing.

    Entries of one moment never part company: a page ends between two moments, and where a whole page has one moment
    more is read.
    """
    of = record._meta.label_lower
    sources: Sequence[TimelineSource] = [one for one in timeline_sources(of) if one.name not in without]
    if only:
        sources = [{source.name: source for source in source_choices(of)}[only]]
    limit = PAGE
    while True:
        found = [_entries(source, user, record.pk, before, limit + 1, words) for source in sources]
        merged = list(heapq.merge(*found, key=lambda entry: entry.at, reverse=True))
        if len(merged) <= limit:
            return TimelinePage(merged, older_than=None)
        boundary = merged[limit].at
        page = [entry for entry in merged[:limit] if entry.at > boundary]
        if page or limit > MOST_AT_ONE_MOMENT:
            shown = page or merged[:limit]
            return TimelinePage(shown, older_than=shown[-1].at)
        limit *= 8


def _entries(
    source: TimelineSource, user: User, key: int, before: dt.datetime | None, limit: int, words: str
) -> list[TimelineEntry]:
    """What one source has; where there are words to look for, nothing of a source that cannot be searched."""
    if not words:
        return source.entries(user, key, before, limit)
    return source.entries(user, key, before, limit, words) if source.is_searched else []
