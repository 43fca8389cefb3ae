"""JSON lines: an object a line; nested objects become `outer.inner`, lists become texts joined by commas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crm.importing.errors import RowFault, UnreadableFile, storable
from crm.importing.lines import line_blocks
from crm.importing.tables import MAX_COLUMNS, Chunk, ChunkBuilder, Row


class JsonLinesTable:
    """A file of JSON objects, one a line. Its columns are all keys that occur, in the order they come."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.encoding = encoding
        names: dict[str, None] = {}
        for _, record, _ in self._records():
            names.update(dict.fromkeys(record or ()))
            if len(names) > MAX_COLUMNS:
                raise UnreadableFile(f"The objects have more than {MAX_COLUMNS:,} different keys.")
        if not names:
            raise UnreadableFile("The file starts like JSON lines, but no line of it is a whole JSON object.")
        self.columns = tuple(names)

    @property
    def description(self) -> str:
        return "JSON lines, an object a line"

    def _records(self) -> Iterator[tuple[int, dict[str, str] | None, str]]:
        """(line, record or None, the line's text) of every line that is not blank."""
        number = 0
        for lines in line_blocks(self.path, self.encoding):
            for line in lines:
                number += 1
                if line.strip():
                    yield number, parse_object(line), line

    def chunks(self) -> Iterator[Chunk]:
        builder = ChunkBuilder(self.columns)
        numbers: list[int] = []
        rows: list[Row] = []
        faults: list[RowFault] = []
        for number, record, line in self._records():
            if record is None:
                faults.append(RowFault(0, number, "", "this line is not a whole JSON object", (line.strip()[:200],)))
            elif any(record.values()):
                numbers.append(number)
                rows.append([record.get(name, "") for name in self.columns])
            if len(rows) + len(faults) >= 20_000:
                yield builder.build(numbers, rows, faults)
                numbers, rows, faults = [], [], []
        yield builder.build(numbers, rows, faults)


def parse_object(line: str) -> dict[str, str] | None:
    """The object of a line as texts, numbers written as they stand; None when the line is none."""
    try:
        found = json.loads(line, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return flatten(found) if isinstance(found, dict) else None


def flatten(record: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[storable(prefix + key)] = as_text(value)
    return flat


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(as_text(item) for item in value if not isinstance(item, dict))
    return str(value)
