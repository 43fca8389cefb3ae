"""The content of a file as text: in blocks, and in whole physical lines."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from crm.importing.containers import byte_blocks
from crm.importing.encodings import BROKEN_HANDLER
from crm.importing.errors import UnreadableFile

MAX_LINE = 8_000_000


def text_blocks(path: Path, encoding: str) -> Iterator[str]:
    """The content as text in blocks; bytes that are no text become a mark that their cell is refused for."""
    decoder = codecs.getincrementaldecoder(encoding)(BROKEN_HANDLER)
    for block in byte_blocks(path):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def line_blocks(path: Path, encoding: str) -> Iterator[list[str]]:
    """Blocks of whole physical lines (ended by LF, CR LF or CR). Raises UnreadableFile for an endless line."""
    rest, count = "", 0
    for block in text_blocks(path, encoding):
        text = rest + block
        lines = io.StringIO(text, newline="").readlines()
        rest = "" if not lines or text.endswith("\n") else lines.pop()
        if len(rest) > MAX_LINE:
            raise UnreadableFile(
                f"Line {count + len(lines) + 1} is longer than 8 million characters: this is no table."
            )
        count += len(lines)
        if lines:
            yield lines
    if rest:
        yield io.StringIO(rest, newline="").readlines()
