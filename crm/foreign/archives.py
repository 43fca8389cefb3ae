"""Archives as strangers pack them: a few kilobytes that unpack to more than a machine can hold are refused."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import IO

BLOCK = 1 << 20
MAX_DIRECTORY = 2 << 20
"""Bytes of a zip's list of files (some twenty thousand); each takes ten times as much memory once it is read."""
MAX_UNPACKED = 1 << 30
SUSPICIOUS_SIZE = 64 << 20
SUSPICIOUS_RATIO = 400
"""Real tables shrink to a tenth or twentieth; a bomb to a thousandth."""
LOOKED_AT = 256 << 20

END_OF_ZIP = b"PK\x05\x06"
LONGEST_ENDING = 22 + 65_535
LOCATOR_OF_ZIP64 = b"PK\x06\x07"


def names_in_zip(stream: IO[bytes]) -> set[str]:
    """The names in a zip archive. Raises BadZipFile, also where there are too many."""
    return {entry.filename for entry in _entries(stream)}


def is_zip_bomb(stream: IO[bytes], size: int) -> bool:
    """Whether the archive, by its own list, unpacks to more than 1 GB, or to hundreds of times its size."""
    try:
        unpacked = sum(entry.file_size for entry in _entries(stream))
    except zipfile.BadZipFile:
        return directory_size(stream) > MAX_DIRECTORY
    return unpacked > MAX_UNPACKED or (unpacked > SUSPICIOUS_SIZE and unpacked > size * SUSPICIOUS_RATIO)


def is_gzip_bomb(stream: IO[bytes]) -> bool:
    """Whether the first 256 MB that come out are hundreds of times what went in."""
    stream.seek(0)
    packed = unpacked = 0
    unpacker = zlib.decompressobj(wbits=31)
    while unpacked < LOOKED_AT and (block := stream.read(BLOCK)):
        while block:
            before = len(block)
            try:
                unpacked += len(unpacker.decompress(block, BLOCK))
            except zlib.error:
                return False  # broken: who reads it will say so
            block = unpacker.unused_data or unpacker.unconsumed_tail
            packed += before - len(block)
            if unpacked > SUSPICIOUS_SIZE and unpacked > packed * SUSPICIOUS_RATIO:
                return True
            if unpacker.eof:
                unpacker = zlib.decompressobj(wbits=31)  # the next member, if one follows
                block = block.lstrip(b"\x00")
    return False


def directory_size(stream: IO[bytes]) -> int:
    """Bytes of the list of files at the end of a zip archive, 0 when there is none; read without reading the list."""
    size = stream.seek(0, 2)
    start = stream.seek(max(0, size - LONGEST_ENDING))
    ending = stream.read()
    at = ending.rfind(END_OF_ZIP)
    if at < 0 or len(ending) - at < 22:
        return 0
    found: int = struct.unpack_from("<I", ending, at + 12)[0]
    locator = ending[at - 20 : at] if at >= 20 else b""
    if locator.startswith(LOCATOR_OF_ZIP64):
        stream.seek(struct.unpack_from("<Q", locator, 8)[0] + 40)
        field = stream.read(8)
        found = max(found if found != 0xFFFFFFFF else 0, struct.unpack("<Q", field)[0] if len(field) == 8 else 0)
    return min(found, start + at)


def _entries(stream: IO[bytes]) -> list[zipfile.ZipInfo]:
    try:
        if directory_size(stream) > MAX_DIRECTORY:
            raise zipfile.BadZipFile("too many files")
        with zipfile.ZipFile(stream) as archive:
            return archive.infolist()
    except (ValueError, NotImplementedError, OSError, UnicodeDecodeError, struct.error) as error:
        raise zipfile.BadZipFile(str(error)) from error
    finally:
        stream.seek(0)
