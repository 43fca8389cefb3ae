"""Which encoding a text has: by its mark, by the whole file being UTF-8, or by a guess among 8-bit ones."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from crm.importing.containers import byte_blocks, read_head, wide_encoding
from crm.importing.errors import UnreadableFile

BROKEN = "\udcff"
"""Stands for bytes that are no text in the file's encoding; a cell that holds it is refused by its column."""
NO_RESULT = "\udcfe"
"""Stands for a formula of a workbook whose result is not in the file."""
BROKEN_HANDLER = "crm_mark_broken"
SAMPLE_BYTES = 65_536
CANDIDATES = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "mac_roman", "koi8_r",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
)  # fmt: skip
NON_LATIN = {"cp1251", "cp1253", "koi8_r", "shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp949"}
MIN_EVIDENCE_BYTES = 40
_ESCAPED = re.compile("[\udc80-\udcff]")
_ODD_IN_WORDS = re.compile(r"(?<=[^\W\d_])[¹³¿¯£¥](?=[^\W\d_])")
"""Letters of Central Europe as they look when they are taken for Western ones: Pawe³ski."""
MIN_ODD_WORDS = 2
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def _mark_broken(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return BROKEN, error.end


codecs.register_error(BROKEN_HANDLER, _mark_broken)


def known_encoding(name: str) -> str:
    """The name as Python knows it. Raises UnreadableFile for a name that nobody knows."""
    try:
        info = codecs.lookup(name)
    except LookupError:
        info = None
    if info is None or not getattr(info, "_is_text_encoding", True):
        raise UnreadableFile(f'There is no text encoding named "{name}". Try utf-8, cp1252 or utf-16.')
    return "utf-8-sig" if info.name == "utf-8" else info.name


def encoding_of(path: Path) -> str:
    """The encoding of the file's content; reads the whole content once."""
    wide = wide_encoding(read_head(path))
    if wide:
        return wide
    broken, valid, sample = _utf8_census(path)
    if broken <= valid:
        return "utf-8-sig"
    return _guess_8bit(sample)


def _utf8_census(path: Path) -> tuple[int, int, bytes]:
    """How many bytes are not UTF-8, how many characters beyond ASCII are, and a sample around the former."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    broken = valid = 0
    sample = bytearray()
    for block in byte_blocks(path):
        if block.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(block)
        found = len(_ESCAPED.findall(text))
        broken += found
        valid += len(_NOT_ASCII.findall(text)) - found
        if found and len(sample) < SAMPLE_BYTES:
            sample += _lines_beyond_ascii(block)[:SAMPLE_BYTES]
    broken += len(_ESCAPED.findall(decoder.decode(b"", final=True)))
    return broken, valid, bytes(sample)


def _lines_beyond_ascii(block: bytes) -> bytes:
    return b"\n".join(line for line in block.splitlines() if not line.isascii())


def _guess_8bit(sample: bytes) -> str:
    """Western European unless there is enough evidence for another family of letters."""
    evidence = sum(byte > 127 for byte in sample)
    if evidence >= MIN_EVIDENCE_BYTES:
        best = from_bytes(sample, cp_isolation=list(CANDIDATES)).best()
        if best is not None and best.encoding in NON_LATIN:
            return best.encoding
    odd = len(_ODD_IN_WORDS.findall(sample.decode("cp1252", "replace")))
    return "cp1250" if odd >= MIN_ODD_WORDS else "cp1252"
