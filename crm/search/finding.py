"""Finding records by a typed text: exact first, then by the beginning, the beginning of a word, any part; what only
comes close where nothing fits.

At most a thousand matches are looked at, so that a syllable that half of all names have costs what a rare one does;
those that begin with the text are looked up apart and so are never missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django.contrib.postgres.search import TrigramStrictWordSimilarity
from django.db import connection, transaction
from django.db.models import QuerySet

from crm.access import visible_words
from crm.filtering.folding import folded
from crm.filtering.searching import MOST_WORDS, SHORTEST_PART, custom_condition, finds_names_only, search_condition
from crm.search.plain import STAND_IN, ask_plain, is_plain
from crm.search.slips import slips_between
from crm.search.spec import SearchFound, SearchHit

if TYPE_CHECKING:
    from crm.models import User

MOST_HITS = 1_000
LONGEST_TEXT = 200
SHORTEST_GUESS = 4
CLOSE_ENOUGH = 0.4
MOST_GUESSES = 60
LETTERS = re.compile(r"[^\W\d_]")
Show = Callable[["User", Sequence[int]], dict[int, SearchHit]]


def cleaned(text: str) -> str:
    """A typed text as it is searched: one blank between words, nothing that a database refuses, of a bounded length."""
    return " ".join(text.replace("\0", " ").split())[:LONGEST_TEXT].strip()


def find_by_text(rows: QuerySet[Any], user: User, text: str, limit: int, show: Show) -> SearchFound:
    """Search rows that have `sort_name`, `search_text` and `external_id`, and draw the best of them; what only comes
    close is looked for where it is asked for. For a person and a model they are always narrowed in the same way."""
    names_only = finds_names_only(user, rows.model._meta.label_lower)
    found = _matching(rows, text, user, names_only)
    if not found:
        return SearchFound(guess=lambda: drawn(show, user, _coming_close(rows, text, limit, names_only)))
    is_capped = len(found) > MOST_HITS
    if is_capped and len(text) >= SHORTEST_PART:  # a shorter one is the beginning of a name anyway
        found = list(dict.fromkeys([*_read(_beginning(rows, text), text, MOST_HITS), *found]))
    best = sorted(found, key=lambda row: (_rank(row, text, names_only), row.sort_name, row.pk))[:limit]
    return SearchFound(drawn(show, user, [row.pk for row in best]), min(len(found), MOST_HITS), is_capped)


def find_keys(
    rows: QuerySet[Any], user: User, text: str, narrowed: Callable[[str], QuerySet[Any]], *hangs_on: Hashable
) -> list[int]:
    """The ids of the first rows of `narrowed(text)`, which narrows `rows`, those of a person; one more than are looked
    at says that there are more. For a person, a model and all else that it `hangs_on` they are always narrowed in the
    same way, but a text of fewer than three characters may be another thing."""

    def told(typed: str) -> QuerySet[Any]:
        return narrowed(typed).values_list("pk")[: MOST_HITS + 1]

    if len(text) < SHORTEST_PART or not is_plain(text, MOST_WORDS):
        return [key for (key,) in told(text)]
    key = (rows.model._meta.label_lower, visible_words(rows.model, user), *hangs_on)
    return [found for (found,) in ask_plain(text, key, told)]


def drawn(show: Show, user: User, keys: Sequence[int]) -> tuple[SearchHit, ...]:
    """The hits of these records, in this order."""
    hits = show(user, keys) if keys else {}
    return tuple(hits[key] for key in keys if key in hits)


class _Row(NamedTuple):
    """What the rank of a match is told from; `typed` is the typed text as the database folds it."""

    pk: int
    sort_name: str
    external_id: str
    typed: str


def _matching(rows: QuerySet[Any], text: str, user: User, names_only: bool) -> list[_Row]:
    """The first rows that match; one more than are looked at says that there are more."""
    if len(text) < SHORTEST_PART:
        return _read(_beginning(rows, text), text, MOST_HITS + 1)
    label = rows.model._meta.label_lower

    def told(typed: str) -> QuerySet[Any]:
        condition = search_condition(typed, names_only=names_only) | custom_condition(typed, user, label)
        return _told(rows.filter(condition).order_by(), typed, MOST_HITS + 1)

    if not is_plain(text, MOST_WORDS):
        return _rows_of(told(text))
    custom = repr(custom_condition(STAND_IN, user, label))
    return _rows_of(ask_plain(text, (label, visible_words(rows.model, user), names_only, custom), told))


def _beginning(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows whose name begins with the text, by name."""
    return rows.filter(sort_name__startswith=folded(text)).order_by("sort_name", "pk")


def _read(rows: QuerySet[Any], text: str, most: int) -> list[_Row]:
    return _rows_of(_told(rows, text, most))


def _told(rows: QuerySet[Any], text: str, most: int) -> QuerySet[Any]:
    return rows.annotate(typed=folded(text)).values_list("pk", "sort_name", "external_id", "typed")[:most]


def _rows_of(found: Iterable[tuple[Any, ...]]) -> list[_Row]:
    return [_Row(pk, name, external_id or "", typed) for pk, name, external_id, typed in found]


def _rank(row: _Row, text: str, names_only: bool) -> int:
    """How well a row matches, 0 for what is the text itself."""
    name, typed = row.sort_name, row.typed
    if name == typed or (not names_only and row.external_id.casefold() == text.casefold()):
        return 0
    if name.startswith(typed):
        return 1
    if f" {typed}" in name or f"-{typed}" in name:
        return 2
    return 3 if typed in name else 4


def _coming_close(rows: QuerySet[Any], text: str, limit: int, names_only: bool) -> list[int]:
    """Rows that share most three-letter pieces with the text, the closest first: for slips of the finger."""
    if len(text) < SHORTEST_GUESS or not LETTERS.search(text):
        return []
    typed = folded(text)
    near = rows.filter(search_text__trigram_word_similar=typed)
    if names_only:
        near = near.filter(sort_name__trigram_word_similar=typed)
    path = "sort_name" if names_only else "search_text"
    some = rows.model._default_manager.filter(pk__in=near.order_by().values("pk")[:MOST_HITS])
    best = some.order_by(TrigramStrictWordSimilarity(cast(Any, typed), path).desc(), "sort_name", "pk")
    with _guessing():
        found = list(best.annotate(typed=typed).values_list("pk", path, "typed")[:MOST_GUESSES])
    slips = [(slips_between(folded_text, said), key) for key, said, folded_text in found]
    return [key for count, key in sorted(slips, key=lambda slip: slip[0] or 0) if count is not None][:limit]


@contextmanager
def _guessing() -> Iterator[None]:
    """Inside, texts count as close that share a good part of their pieces."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(CLOSE_ENOUGH)])
        yield
