"""What type a column has that becomes a custom field: judged by all its texts, blanks and "not given" aside."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping

from crm.choices import FieldType
from crm.customfields.values import FALSE_TEXTS, LONGEST_TEXT, MOST_DIGITS, TRUE_TEXTS
from crm.importing.dates import DateOrder, parse_date, possible_orders
from crm.importing.numbers import DecimalMark, parse_number, strip_number
from crm.importing.tables import Table

FLAG_TEXTS = TRUE_TEXTS | FALSE_TEXTS
DIGITS = frozenset("01")
LETTERS = re.compile(r"[^\W\d_]")
SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d*)?[eE][+-]?\d{1,3}")
WEB = re.compile(r"https?://\S+", re.IGNORECASE)
MOST_CHOICES = 200


class ColumnGuess:
    """What the texts of one column can still be."""

    def __init__(self) -> None:
        self.folded: set[str] = set()
        self.texts: dict[str, str] = {}
        self.can_be = {FieldType.FLAG, FieldType.NUMBER, FieldType.DATE, FieldType.URL}
        self.has_text = False

    def add(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.has_text = True
            if len(self.texts) <= MOST_CHOICES:
                self.texts.setdefault(text.casefold(), text)
            if FieldType.FLAG in self.can_be:
                self.folded.add(text.casefold())
                self._keep(FieldType.FLAG, text.casefold() in FLAG_TEXTS)
            self._keep(FieldType.NUMBER, FieldType.NUMBER in self.can_be and is_number(text))
            self._keep(FieldType.DATE, FieldType.DATE in self.can_be and is_date(text))
            self._keep(FieldType.URL, FieldType.URL in self.can_be and bool(WEB.fullmatch(text)))

    def _keep(self, kind: FieldType, holds: bool) -> None:
        if not holds:
            self.can_be.discard(kind)

    @property
    def type(self) -> FieldType:
        """Yes or no needs both digits where it is written in digits: a column of zeros only is one of numbers."""
        if not self.has_text:
            return FieldType.TEXT
        if FieldType.FLAG in self.can_be and (self.folded >= DIGITS or not self.folded <= DIGITS):
            return FieldType.FLAG
        for kind in (FieldType.NUMBER, FieldType.DATE, FieldType.URL):
            if kind in self.can_be:
                return kind
        return FieldType.TEXT


def is_number(text: str) -> bool:
    """A number that is no code: without letters, without leading zeros, of digits that can be kept exactly."""
    if LETTERS.search(text) and not SCIENTIFIC.fullmatch(text):
        return False
    body = strip_number(text)[1]
    digits = body.lstrip("0")
    if re.match(r"0\d", body) or sum(map(str.isdigit, digits)) > MOST_DIGITS:
        return False
    return any(not isinstance(parse_number(text, mark), str) for mark in (DecimalMark.POINT, DecimalMark.COMMA))


def is_date(text: str) -> bool:
    """A day, in whatever order; its column decides which."""
    return bool(possible_orders(text)) or isinstance(parse_date(text, DateOrder.NONE), dt.date)


def guess_columns(
    table: Table, columns: Mapping[int, Mapping[str, str]], nulls: Collection[str], max_rows: int | None = None
) -> dict[int, ColumnGuess]:
    """The guesses of columns (each with the texts that are replaced) from all rows, or the first `max_rows`."""
    guesses = {position: ColumnGuess() for position in columns}
    rows = 0
    for chunk in table.chunks():
        rows += chunk.count
        for position, guess in guesses.items():
            texts = {columns[position].get(text, text) for text in {row[position].strip() for row in chunk.rows}}
            guess.add(text for text in texts if text and text not in nulls)
        if max_rows is not None and rows >= max_rows:
            break
    return guesses


def choices_of(guess: ColumnGuess) -> tuple[str, ...]:
    """The different texts of a column, in alphabetical order; too many are no list to choose from."""
    texts = sorted(guess.texts.values(), key=str.casefold)
    return tuple(texts) if len(texts) <= MOST_CHOICES and all(len(text) <= LONGEST_TEXT for text in texts) else ()
