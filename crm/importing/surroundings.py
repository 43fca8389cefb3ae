"""Rows of a table that are no records: its names once more, and at its end sums, notes and lines that part them.

They are faults, so that they stand in the file of rejected rows with a reason and take no number from another row.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from crm.importing.dialects import LONGEST_NAME
from crm.importing.encodings import NO_RESULT
from crm.importing.errors import RowFault
from crm.importing.numbers import DecimalMark, parse_number
from crm.importing.rejects import REASON_COLUMNS
from crm.importing.tables import Chunk, Row

END_ROWS = 20
"""So many of the last rows may be sums and notes."""
LEAST_SUM = 10
"""A sum below it says little."""
LONGEST = 100
"""Letters of a cell that can be the word or the number of a sum."""
SUM = "“{}” looks like a sum of the rows above, not like a record; if it is one, fill in more of it"
NOTE = "“{}” looks like a note below the table, not like a record; if it is one, fill in more of it"
LINE = "a line that ends the table, not a record"
NAMES = "the names of the columns once more, not a record"
TOLD_BEFORE = ("looks like a sum", "looks like a note", LINE, NAMES)
# what nobody is called, and what somebody can be called: these have to add up
SURE = (
    "sub-?total|grand[ -]total|overall total|total sum|sum total|totals|gesamtsumme|zwischensumme|endsumme|insgesamt"
    "|total g[ée]n[ée]ral|sous-total|total general|totale generale|subtotale|totaal generaal|eindtotaal|subtotaal"
    "|total geral|łącznie|ogółem|sammanlagt|i alt|celkem|součet|итого|всего|σύνολο|genel toplam|المجموع|الإجمالي"
    "|合计|合計|总计|総計|小计|小計|합계|총계"
)
LIKELY = "total|sum|summe|gesamt|somme|suma|totale|somma|totaal|som|razem|soma|totalt|summa|сумма|toplam|∑"
MONEY = r"(?:(?-i:[A-Z]{3})|[$€£¥])?"
AMOUNT = rf"(?:\s*{MONEY}\s*\(?\d[\d.,\s'’\u00a0\u202f]*\)?\s*{MONEY})?"
SURE_WORD = re.compile(rf"(?:(?:{SURE})\s*[:=]?|(?:{LIKELY})\s*[:=])\s*{AMOUNT}", re.IGNORECASE)
LIKELY_WORD = re.compile(rf"(?:{LIKELY})\s*{AMOUNT}", re.IGNORECASE)
MARKED_NOTE = re.compile(
    r"(?:[*†‡§¹²³](?=.*\s)|\(?\d\)\s|©|(?:notes?|source|sources|quelle|stand|hinweis|anmerkung|fuente|nota|fonte|bron)\s*:"
    r"|(?:exported|printed|generated|created|erstellt|gedruckt|exporté|imprimé)\s.*\d)",
    re.IGNORECASE | re.DOTALL,
)
PARTING = re.compile(r"[-=_*─═]{3,}")
UNNAMED = re.compile(r"column \d+")
NUMBERED = re.compile(r" \(\d+\)$")


@dataclass(frozen=True, slots=True)
class _Above:
    """A row above another one."""

    number: int
    line: int
    row: Row

    def is_apart_from(self, number: int, line: int) -> bool:
        """Blank lines, not a row that cannot be read, part the two."""
        if number != self.number + 1 or line - self.line < 2:
            return False
        return line - self.line - sum(cell.count("\n") for cell in self.row) > 1


class _Gaps:
    """Counts the rows of a table that blank lines part from the one above."""

    def __init__(self, names: _Above | None) -> None:
        self.count, self.last = 0, names

    def add(self, chunk: Chunk) -> None:
        numbers, lines, rows = chunk.numbers, chunk.lines, chunk.rows
        if not rows:
            return
        if self.last is not None:
            self.count += self.last.is_apart_from(numbers[0], lines[0])
        self.last = _above_at(chunk, -1)
        if lines[-1] - lines[0] == len(rows) - 1:
            return
        for at in range(1, len(rows)):
            if lines[at] - lines[at - 1] > 1:
                self.count += _above_at(chunk, at - 1).is_apart_from(numbers[at], lines[at])


@dataclass(frozen=True, slots=True)
class _Place:
    """A row at the end of the table, and the row above it."""

    chunk: Chunk
    position: int
    above: _Above | None

    @property
    def row(self) -> Row:
        return self.chunk.rows[self.position]

    @property
    def number(self) -> int:
        return self.chunk.numbers[self.position]

    @property
    def stands_apart(self) -> bool:
        """A blank line parts it from the row above."""
        return self.above is not None and self.above.is_apart_from(self.number, self.chunk.lines[self.position])


class Surroundings:
    """Finds the rows of a table that are no records. It may be read many times and finds the same each time."""

    def __init__(self, columns: Sequence[str], *, has_names: bool, first_line: int) -> None:
        self.columns = tuple(columns)
        self.names = _Above(0, first_line, []) if has_names else None
        self.looked_at = [place for place, name in enumerate(columns) if name not in REASON_COLUMNS]
        self.reason_at = self.columns.index(REASON_COLUMNS[-1]) if REASON_COLUMNS[-1] in self.columns else None
        named = [place for place in self.looked_at if has_names and not UNNAMED.fullmatch(columns[place])]
        self.named_at = named[0] if len(named) > 1 else None
        self._sums: dict[int, bool] = {}

    def told_apart(self, read: Callable[[], Iterator[Chunk]]) -> Iterator[Chunk]:
        """The chunks that `read` gives, with these rows as faults."""
        held: deque[Chunk] = deque()
        gaps = _Gaps(self.names)
        for chunk in read():
            gaps.add(chunk)
            held.append(self._without_names(chunk))
            while sum(one.count for one in islice(held, 1, None)) >= END_ROWS:
                yield held.popleft()
        self._end(held, read, gaps.count)
        yield from held

    def _without_names(self, chunk: Chunk) -> Chunk:
        at = self.named_at
        if at is None:
            return chunk
        name = self.columns[at]
        found = [place for place, row in enumerate(chunk.rows) if row[at].strip() == name and self._is_names(row)]
        return _moved(chunk, dict.fromkeys(found, ("", NAMES))) if found else chunk

    def _is_names(self, row: Row) -> bool:
        return all(_is_named(row[place], self.columns[place]) for place in self.looked_at)

    def _end(self, held: deque[Chunk], read: Callable[[], Iterator[Chunk]], gaps: int) -> None:
        """Takes sums, notes and lines out of the last rows. Where blank lines part records, too, one parts no note."""
        ends = self._ends(held, read, may_stand_apart=True)
        if gaps > sum(place.stands_apart for place, _ in ends):
            ends = self._ends(held, read, may_stand_apart=False)
        found: dict[int, dict[int, tuple[str, str]]] = {}
        for place, reason in ends:
            found.setdefault(id(place.chunk), {})[place.position] = reason
        for index, chunk in enumerate(held):
            if id(chunk) in found:
                held[index] = _moved(chunk, found[id(chunk)])

    def _ends(
        self, held: deque[Chunk], read: Callable[[], Iterator[Chunk]], *, may_stand_apart: bool
    ) -> list[tuple[_Place, tuple[str, str]]]:
        """The last rows that are no records, the last one first, each with (column, why)."""
        ends: list[tuple[_Place, tuple[str, str]]] = []
        for place in islice(_from_the_end(held), END_ROWS):
            reason = self._reason(place, read, may_stand_apart=may_stand_apart)
            if reason is None:
                break
            ends.append((place, reason))
        return ends

    def _reason(
        self, place: _Place, read: Callable[[], Iterator[Chunk]], *, may_stand_apart: bool
    ) -> tuple[str, str] | None:
        """(column, why) of a row that ends the table; None for a record."""
        filled = [(at, text) for at in self.looked_at if (text := place.row[at].strip())]
        if not filled:
            return None
        at, first = filled[0]
        shown = self.columns[at]
        if all(PARTING.fullmatch(text) for _, text in filled):
            return shown, LINE
        told_before = self.reason_at is not None and any(one in place.row[self.reason_at] for one in TOLD_BEFORE)
        if place.above is None and not told_before:
            return None
        if self._is_sum(place, first, filled[1:], told_before, read):
            return shown, SUM.format(first[:60])
        if len(filled) == 1 and len(self.looked_at) > 2:
            apart = may_stand_apart and place.stands_apart and " " in first
            return (shown, NOTE.format(first[:60])) if told_before or apart or MARKED_NOTE.match(first) else None
        return None

    def _is_sum(
        self,
        place: _Place,
        word: str,
        others: Sequence[tuple[int, str]],
        told_before: bool,
        read: Callable[[], Iterator[Chunk]],
    ) -> bool:
        if max(len(text) for text in (word, *(text for _, text in others))) > LONGEST:
            return False
        is_sure, is_likely = SURE_WORD.fullmatch(word), LIKELY_WORD.fullmatch(word)
        if not (is_sure or is_likely) or not all(text == NO_RESULT or _amounts(text) for _, text in others):
            return False
        if any(text == NO_RESULT for _, text in others):
            return True
        if is_sure or told_before or (not others and len(self.looked_at) > 1):
            return True
        if place.number not in self._sums:
            self._sums[place.number] = _adds_up(read(), place.number, dict(others))
        return self._sums[place.number]


def _is_named(cell: str, name: str) -> bool:
    """The column got this name of such a cell."""
    text = " ".join(cell.split())[:LONGEST_NAME].strip()
    return text == name or (text == "" and UNNAMED.fullmatch(name) is not None) or text == NUMBERED.sub("", name)


def _from_the_end(held: Sequence[Chunk]) -> Iterator[_Place]:
    """The last rows, the last one first."""
    places = [(chunk, at) for chunk in held for at in range(max(0, len(chunk.rows) - END_ROWS - 1), len(chunk.rows))]
    for index in range(len(places) - 1, -1, -1):
        chunk, at = places[index]
        before = places[index - 1] if index else None
        above = _above_at(*before) if before else None
        yield _Place(chunk, at, above)


def _above_at(chunk: Chunk, at: int) -> _Above:
    return _Above(chunk.numbers[at], chunk.lines[at], chunk.rows[at])


def _moved(chunk: Chunk, found: dict[int, tuple[str, str]]) -> Chunk:
    """The chunk with these of its rows, by their position, as faults."""
    kept = [place for place in range(len(chunk.rows)) if place not in found]
    faults = [
        RowFault(chunk.numbers[place], chunk.lines[place], column, reason, tuple(chunk.rows[place]))
        for place, (column, reason) in found.items()
    ]
    return Chunk(
        [chunk.numbers[place] for place in kept],
        [chunk.lines[place] for place in kept],
        [chunk.rows[place] for place in kept],
        sorted([*chunk.faults, *faults], key=lambda fault: fault.line),
    )


def _amounts(text: str) -> dict[DecimalMark, Decimal]:
    """What the text is as a number, by either decimal mark."""
    body = text.strip().removesuffix("%")
    read = {mark: parse_number(body, mark) for mark in (DecimalMark.POINT, DecimalMark.COMMA)}
    return {mark: number for mark, number in read.items() if isinstance(number, Decimal)}


def _adds_up(chunks: Iterator[Chunk], number: int, said: dict[int, str]) -> bool:
    """What stands in the cells (by column) comes of the rows above row `number`: one is their sum, or each the sum, the
    mean or the count. Small sums, means and counts are met by chance, as by the flags and years of a record."""
    wanted = {(at, mark): amount for at, text in said.items() for mark, amount in _amounts(text).items()}
    sums, counts, rows = dict.fromkeys(wanted, Decimal(0)), dict.fromkeys(wanted, 0), 0
    for chunk in chunks:
        for own, row in zip(chunk.numbers, chunk.rows, strict=True):
            if own >= number:
                break
            rows += 1
            for at in said:
                for mark, amount in _amounts(row[at]).items() if row[at] else ():
                    if (at, mark) in wanted:
                        sums[at, mark] += amount
                        counts[at, mark] += 1
    summed = {
        key for key, amount in wanted.items() if counts[key] and _is_about(amount, sums[key], abs(amount) / 1_000)
    }
    if any(abs(wanted[key]) >= LEAST_SUM for key in summed):
        return True
    met = {at for at, _ in summed} | {
        key[0]
        for key, amount in wanted.items()
        if amount == rows or (counts[key] and _is_about(amount, sums[key] / counts[key]))
    }
    return met >= said.keys() and len(met) > 0


def _is_about(told: Decimal, found: Decimal, slack: Decimal = Decimal(0)) -> bool:
    """The same but for rounding to the digits that are told, and a slack for sums of rounded numbers."""
    exponent = told.as_tuple().exponent
    digits = exponent if isinstance(exponent, int) else 0
    return abs(told - found) <= max(slack, Decimal(5).scaleb(min(digits, 0) - 1))
