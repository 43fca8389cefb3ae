"""What a file is, by its first bytes, and its bytes out of the container (plain or gzip)."""

from __future__ import annotations

import gzip
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from crm.importing.errors import UnreadableFile

HEAD_BYTES = 262_144
BLOCK_BYTES = 1 << 20
MAX_BYTES = 4 << 30
"""Decompressed size at which reading stops: a bomb of a few kilobytes must not run for hours."""
MAX_ARCHIVE = 1 << 30
"""Of a workbook out of gzip."""
MIN_CONTROL_BYTES = 16
CONTROL_BYTES = bytes(code for code in range(32) if code not in b"\t\n\r\f\x0b\x1b")


class Form(StrEnum):
    """The forms of tables that can be read."""

    DELIMITED = "delimited"
    JSON_LINES = "json_lines"
    SPREADSHEET = "spreadsheet"
    VCARDS = "vcards"


FOREIGN_FORMS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "an archive in an archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"<", "an HTML or XML file"),
)


def is_gzip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, out of gzip when they are in it."""
    return cast(BinaryIO, gzip.open(path, "rb")) if is_gzip(path) else path.open("rb")


@contextmanager
def open_archive(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a zip, to be read at any place: out of gzip when they are in it, by a file that nobody else sees."""
    if not is_gzip(path):
        with path.open("rb") as stream:
            yield stream
        return
    with tempfile.TemporaryFile(prefix="crm-unpacked-") as stream:
        seen = 0
        for block in byte_blocks(path):
            seen += len(block)
            if seen > MAX_ARCHIVE:
                raise UnreadableFile("Out of gzip, this workbook is larger than 1 GB. Save the sheet as CSV.")
            stream.write(block)
        stream.seek(0)
        yield cast(BinaryIO, stream)


def read_head(path: Path) -> bytes:
    """The first bytes of the content (at most 256 KiB)."""
    try:
        with open_bytes(path) as stream:
            return stream.read(HEAD_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise broken_gzip() from error


def byte_blocks(path: Path) -> Iterator[bytes]:
    """The content in blocks of 1 MiB. Raises UnreadableFile for a broken or a monstrous archive."""
    seen = 0
    try:
        with open_bytes(path) as stream:
            while block := stream.read(BLOCK_BYTES):
                seen += len(block)
                if seen > MAX_BYTES:
                    raise UnreadableFile("Unpacked, this file is larger than 4 GB. Split it and import the parts.")
                yield block
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise broken_gzip() from error


def broken_gzip() -> UnreadableFile:
    return UnreadableFile("The gzip archive is broken or was cut off on its way. Please send or save it again.")


def form_of(path: Path) -> Form:
    """Which of the readable forms the content has. Raises UnreadableFile with the name of what it is instead."""
    head = read_head(path)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise UnreadableFile("The file is empty: there is no row in it.")
    if head.startswith(b"PK\x03\x04"):
        return _form_of_zip(path)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, name in FOREIGN_FORMS:
        if start.startswith(magic):
            raise UnreadableFile(f"This is {name}, not a table. Save it as CSV or as an Excel workbook (.xlsx).")
    if _begins_card(head):
        return Form.VCARDS
    if start.startswith(b"{"):
        return Form.JSON_LINES
    if start.startswith(b"[") and start[1:].lstrip().startswith(b"{"):
        raise UnreadableFile("This is one JSON list. Save it as JSON lines: an object in braces on each line.")
    if looks_binary(head):
        raise UnreadableFile("This is a binary file, not a table. Save it as CSV or as an Excel workbook (.xlsx).")
    return Form.DELIMITED


def _begins_card(head: bytes) -> bool:
    """Whether the content begins as a vCard does, in an encoding of one byte or of several."""
    start = head[:200].decode(wide_encoding(head) or "latin-1", "replace").lstrip("\ufeffï»¿ \t\r\n")
    return re.match(r"BEGIN[ \t]*:[ \t]*VCARD\s", start, re.IGNORECASE) is not None


def looks_binary(head: bytes) -> bool:
    """More than 1 in 20 bytes are control characters, and it is not UTF-16 or UTF-32 text."""
    if wide_encoding(head):
        return False
    return _is_controlled(head)


def _is_controlled(head: bytes) -> bool:
    return len(head) - len(head.translate(None, CONTROL_BYTES)) > max(MIN_CONTROL_BYTES, len(head) // 20)


def wide_encoding(head: bytes) -> str:
    """`utf-16` and the like by the byte order mark or by where the zero bytes stand; empty for other text."""
    for mark, name in ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32")):
        if head.startswith(mark):
            return name
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd > half * 0.4 and even < half * 0.1 and not _is_controlled(head[::2]):
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.1 and not _is_controlled(head[1::2]) else ""


def _form_of_zip(path: Path) -> Form:
    try:
        with open_archive(path) as stream, zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableFile("The workbook or archive is broken. Please save it again.") from error
    if "xl/workbook.xml" not in names:
        raise UnreadableFile("This is a zip archive, not a table. Unpack it and import the table that is in it.")
    return Form.SPREADSHEET
