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
        merged = _merged(sources, user, record.pk, before, limit + 1, words)
        if len(merged) <= limit:
            return TimelinePage(merged, older_than=None)
        boundary = merged[limit].at
        page = [entry for entry in merged[:limit] if entry.at > boundary]
        if page or limit > MOST_AT_ONE_MOMENT:
            shown = page or merged[:limit]
            return TimelinePage(shown, older_than=shown[-1].at)
        limit *= 8


def _merged(
    sources: Sequence[TimelineSource], user: User, key: int, before: dt.datetime | None, limit: int, words: str
) -> list[TimelineEntry]:
    """The newest of all sources, at least `limit` where there are so many. Sources that take a bound are read last, and
    told of the moment before which nothing of theirs can be among the newest any more."""
    found: dict[str, list[TimelineEntry]] = {}
    moments: list[dt.datetime] = []
    for source in sorted(sources, key=lambda one: one.is_bounded):
        since = moments[limit - 1] if len(moments) >= limit else None
        found[source.name] = _entries(source, user, key, before, limit, words, since)
        moments = sorted((*moments, *(entry.at for entry in found[source.name])), reverse=True)[:limit]
    return list(heapq.merge(*(found[one.name] for one in sources), key=lambda entry: entry.at, reverse=True))


def _entries(
    source: TimelineSource,
    user: User,
    key: int,
    before: dt.datetime | None,
    limit: int,
    words: str,
    since: dt.datetime | None,
) -> list[TimelineEntry]:
    """What one source has; where there are words to look for, nothing of a source that cannot be searched."""
    if words:
        return source.entries(user, key, before, limit, words) if source.is_searched else []
    if source.is_bounded:
        return source.entries(user, key, before, limit, since=since)
    return source.entries(user, key, before, limit)
