"""What an import would make of the first rows of a file, without touching the database."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from crm.customfields.specs import drawn, stored_value
from crm.importing.columns import Survey, converters_for, survey
from crm.importing.custom import with_custom_fields
from crm.importing.encodings import NO_RESULT
from crm.importing.errors import RowFault, UnreadableFile, printable
from crm.importing.kinds import ImportKind
from crm.importing.mapping import ImportOptions, Source, resolve_sources
from crm.importing.matching import with_match
from crm.importing.reading import open_table
from crm.importing.staging import fault_of
from crm.importing.tables import Chunk, Table
from crm.importing.values import Bad, Converter, ValueType, copy_unescape

CHECKED_ROWS = 1_000
SHOWN_ROWS = 8
SHOWN_FAULTS = 12
SURVEYED_ROWS = 50_000
SAMPLES = 3


@dataclass
class Preview:
    """`problem` is why the file cannot be read or mapped; `questions` are what the person has to say first.

    `cells` are the first rows as they would be stored: (text, is faulty) by field. `rows` is the number of rows of the
    file, where all of it was looked at (`complete`).
    """

    description: str = ""
    columns: Sequence[str] = ()
    samples: Sequence[Sequence[str]] = ()
    headings: Sequence[tuple[str, str]] = ()
    lines: list[tuple[int, list[tuple[str, bool]]]] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    fault_count: int = 0
    checked: int = 0
    rows: int = 0
    complete: bool = False
    problem: str = ""
    questions: Sequence[str] = ()

    @property
    def is_ready(self) -> bool:
        return not self.problem and not self.questions and self.checked > 0


def preview_import(kind: ImportKind, path: Path, options: ImportOptions, zone: ZoneInfo) -> Preview:
    """Reads the first rows as the import would. Never raises for what is in the file."""
    found = Preview()
    try:
        kind = with_match(kind, options)
        table = open_table(path, options.reading(kind))
        found.description, found.columns = table.description, table.columns
        found.samples = column_samples(table)
        kind, options = with_custom_fields(kind, options, table, SURVEYED_ROWS)
        sources = resolve_sources(kind, options, table.columns)
        found.headings = [(source.field.label, source.label) for source in sources]
        surveyed = survey(table, sources, options, zone, SURVEYED_ROWS)
        _judge(found, surveyed)
        _check(found, table, sources, converters_for(sources, surveyed, options), zone)
    except UnreadableFile as error:
        found.problem = error.what
    return found


def column_samples(table: Table) -> list[list[str]]:
    """The first different texts of each column, at most three."""
    rows = list(islice((row for chunk in table.chunks() for row in chunk.rows), 50))
    return [_different([row[position] for row in rows]) for position in range(len(table.columns))]


def _different(texts: Sequence[str]) -> list[str]:
    different = dict.fromkeys(text.strip()[:40] for text in texts if text.strip() and text != NO_RESULT)
    return [printable(text) for text in islice(different, SAMPLES)]


def _judge(found: Preview, surveyed: Survey) -> None:
    found.rows, found.complete = surveyed.rows, surveyed.complete
    found.questions = [question.what for question in surveyed.questions] if surveyed.complete else ()


def _check(
    found: Preview, table: Table, sources: Sequence[Source], converters: Sequence[Converter], zone: ZoneInfo
) -> None:
    for chunk in table.chunks():
        left = CHECKED_ROWS - found.checked
        if left <= 0:
            break
        part = Chunk(chunk.numbers[:left], chunk.lines[:left], chunk.rows[:left])
        until = part.lines[-1] if part.rows else 0
        unusable = chunk.faults if left >= chunk.count else [fault for fault in chunk.faults if fault.line < until]
        _check_chunk(found, part, sources, converters, zone)
        found.faults += unusable
        found.checked += len(part.rows) + len(unusable)
    found.faults.sort(key=lambda fault: fault.line)
    found.fault_count = len(found.faults)
    found.faults = found.faults[:SHOWN_FAULTS]


def _check_chunk(
    found: Preview, part: Chunk, sources: Sequence[Source], converters: Sequence[Converter], zone: ZoneInfo
) -> None:
    columns = [
        list(map(converter.__getitem__, source.texts(part.rows, part.numbers)))
        for source, converter in zip(sources, converters, strict=True)
    ]
    for position, values in enumerate(zip(*columns, strict=True)):
        bad = [(source.label, value) for source, value in zip(sources, values, strict=True) if isinstance(value, Bad)]
        if bad:
            found.faults.append(fault_of(part, position, bad))
        if len(found.lines) < SHOWN_ROWS:
            texts = [source.texts([part.rows[position]], [part.numbers[position]])[0] for source in sources]
            cells = [_shown(*each, zone) for each in zip(sources, values, texts, strict=True)]
            found.lines.append((part.lines[position], cells))


def _shown(source: Source, value: str, text: str, zone: ZoneInfo) -> tuple[str, bool]:
    """The value as a person reads it, and whether it is faulty; moments in the company's zone."""
    if isinstance(value, Bad):
        return printable(text[:60]), True
    plain = copy_unescape(value) or ""
    if plain and source.field.type is ValueType.DATETIME:
        moment = dt.datetime.fromisoformat(plain).astimezone(zone)
        return moment.strftime("%Y-%m-%d" if moment.time() == dt.time.min else "%Y-%m-%d %H:%M"), False
    if source.field.custom and plain:
        return drawn(source.field.custom, stored_value(source.field.custom, json.loads(plain)))[:60], False
    if source.field.type is ValueType.TAGS:
        plain = plain.strip("{}").replace('"', "").replace(",", ", ")
    return plain[:60], False
