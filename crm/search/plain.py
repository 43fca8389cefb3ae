"""What most people type is words with letters. The statement for so many of them is written once a process: to put a
search into SQL takes Django longer than PostgreSQL takes to answer it, and Ctrl-K asks every source.

It is not prepared: the index that serves a rare word does not serve a common one, and a plan that was made for any word
knows neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from psycopg.types.json import Jsonb

from crm.database.kept import Shelf

STAND_IN = "qzxanyword"
LIKE_SIGNS = frozenset("%_\\")
Statement = tuple[str, Sequence[Any]]
_statements: Shelf[Statement | None] = Shelf()


def is_plain(text: str, most_words: int) -> bool:
    """Whether a text is a few words with letters (`Ann-Kathrin O'Brien`), without what is searched or written
    otherwise: numbers, and what LIKE reads as signs."""
    has_letters = any(one.isalpha() for one in text)
    return (
        has_letters and len(text.split()) <= most_words and not any(one.isdigit() or one in LIKE_SIGNS for one in text)
    )


def ask_plain(text: str, key: Hashable, rows_for: Callable[[str], QuerySet[Any]]) -> list[tuple[Any, ...]]:
    """The rows of `rows_for(text)`, which asks for values. `key` says all that the rows depend on but the text."""
    words = text.split()
    stand_ins = [f"{STAND_IN}{chr(ord('a') + place)}" for place in range(len(words))]
    said = {" ".join(stand_ins): " ".join(words)} | dict(zip(stand_ins, words, strict=True))
    kept = _statements.get_or_make((key, len(words)), lambda: _written(rows_for(" ".join(stand_ins))))
    if kept is None:
        return []
    statement, parameters = kept
    with connection.cursor() as cursor:
        cursor.execute(statement, [_said(one, said) for one in parameters])
        return cursor.fetchall()


def _said(parameter: Any, said: Mapping[str, str]) -> Any:
    """The parameter with what is typed in the place of its stand-ins; that of a custom field is an object."""
    if isinstance(parameter, Jsonb) and isinstance(parameter.obj, dict):
        return Jsonb({key: _said(value, said) for key, value in parameter.obj.items()}, parameter.dumps)
    if not isinstance(parameter, str) or STAND_IN not in parameter:
        return parameter
    return re.sub("|".join(said), lambda found: said[found.group()], parameter)


def _written(rows: QuerySet[Any]) -> Statement | None:
    """None where the person may see none of them."""
    try:
        return rows.query.sql_with_params()
    except EmptyResultSet:
        return None
