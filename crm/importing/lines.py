"""The content of a file as text: in blocks, and in whole physical lines."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path

from crm.importing.containers import byte_blocks
from crm.importing.encodings import BROKEN_HANDLER
from crm.importing.errors import UnreadableFile

MAX_LINE = 8_000_000
LINE_END = re.compile(r"[\r\n]")


def text_blocks(path: Path, encoding: str) -> Iterator[str]:
    """The content as text in blocks; bytes that are no text become a mark that their cell is refused for."""
    decoder = codecs.getincrementaldecoder(encoding)(BROKEN_HANDLER)
    for block in byte_blocks(path):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def line_blocks(path: Path, encoding: str) -> Iterator[list[str]]:
    """Blocks of whole physical lines (ended by LF, CR LF or CR), an endless one cut at MAX_LINE. Raises UnreadableFile
    where the first one is endless."""
    rest, count, passed_over = "", 0, False
    for block in text_blocks(path, encoding):
        if passed_over:
            ending = LINE_END.search(block)
            if ending is None:
                continue
            passed_over, block = False, block[ending.start() :]  # noqa: PLW2901 - what is left of it
        text = rest + block
        lines = io.StringIO(text, newline="").readlines()
        rest = "" if not lines or text.endswith("\n") else lines.pop()
        if len(rest) > MAX_LINE:
            if not count and not lines:
                raise UnreadableFile("Line 1 is longer than 8 million characters: this is no table.")
            rest, passed_over = rest[:MAX_LINE], True
        count += len(lines)
        if lines:
            yield lines
    if rest:
        yield io.StringIO(rest, newline="").readlines()
