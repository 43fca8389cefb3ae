"""A list that somebody pastes or brings, cut into entries: e-mail addresses, external ids, phone numbers.

Entries stand between line ends, commas, semicolons, tabs and vertical bars. In a line with e-mail addresses they alone
count, whatever stands beside them: names, further columns, `Mia Keller <mia@example.com>`. The list is read in blocks,
so that its length does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from crm.importing.encodings import encoding_of
from crm.importing.errors import UnreadableFile
from crm.importing.lines import text_blocks

HEAD = "entry"
LONGEST_ENTRY = 320
LONGEST_LINE = 1_000_000
BESIDE = re.compile(r"""[\s<>,;:"'()\[\]\\|]+""")
BETWEEN = re.compile(r"[,;\t|]")
LINE_ENDS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")
AROUND = "\"'\u200b\ufeff" + "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace())
NOTHING = "There is nothing in the list: paste or bring addresses, ids or numbers."
NO_LIST = "This is no list: more than a million signs follow each other without a line end, comma or semicolon."


def entries_in(blocks: Iterable[str]) -> Iterator[str]:
    """The entries of a text that comes in blocks, in its order, as often as they stand there. Raises UnreadableFile."""
    rest = ""
    for block in blocks:
        lines = LINE_ENDS.split(rest + block)
        rest = lines.pop()
        for line in lines:
            yield from _in_line(line)
        if len(rest) > LONGEST_LINE:  # all in one line: as far as the last sign between two entries
            at = max((found.end() for found in BETWEEN.finditer(rest)), default=0)
            if not at:
                raise UnreadableFile(NO_LIST)
            yield from _in_line(rest[:at])
            rest = rest[at:]
    yield from _in_line(rest)


def _in_line(line: str) -> Iterator[str]:
    if "@" in line and (found := list(_addresses(line))):
        yield from found
        return
    for part in BETWEEN.split(line):
        if entry := part.strip(AROUND).replace('"', ""):
            yield entry[:LONGEST_ENTRY]


def _addresses(line: str) -> Iterator[str]:
    """What stands on both sides of an `@`. One pass: an expression that looks for it begins anew at each sign."""
    for word in BESIDE.split(line):
        parts = word.split("@")
        place = 0
        while place + 1 < len(parts):
            if parts[place] and parts[place + 1]:
                yield f"{parts[place]}@{parts[place + 1]}".strip(".")[:LONGEST_ENTRY]
                place += 1
            place += 1


def write_entries(source: Path, target: IO[str]) -> int:
    """Write the entries of a file into another, one a line below their head; how many. Raises UnreadableFile."""
    count = 0
    target.write(f"{HEAD}\n")
    for entry in entries_in(text_blocks(source, encoding_of(source))):
        target.write(f"{entry}\n")
        count += 1
    if not count:
        raise UnreadableFile(NOTHING)
    return count
