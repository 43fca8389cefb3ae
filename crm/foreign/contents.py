"""What a file is, by what is in it; its name and what the browser said about it count for nothing."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from enum import Enum
from typing import IO

from crm.foreign.archives import names_in_zip

HEAD_BYTES = 8_192
TEXT_BYTES = bytes(code for code in range(256) if code >= 32 or code in b"\t\n\r\f\x1b")
ANYTHING = "application/octet-stream"
OFFICE = "application/vnd.openxmlformats-officedocument"


class Group(Enum):
    """Kinds of content that are allowed or refused together."""

    TEXT = "text"
    MARKUP = "web page, drawing or script"
    PICTURE = "picture"
    DOCUMENT = "document"
    ARCHIVE = "archive"
    MEDIA = "sound or film"
    PROGRAM = "program"
    OTHER = "unknown"


@dataclass(frozen=True, slots=True)
class Content:
    """A kind of content: what to call it, how to serve it (never as something that a browser would run)."""

    words: str
    group: Group
    content_type: str = ANYTHING


TEXT = Content("a text", Group.TEXT, "text/plain")
UNKNOWN = Content("a file of an unknown kind", Group.OTHER)
BROKEN_ZIP = Content("a broken archive", Group.OTHER)
PROGRAM = Content("a program", Group.PROGRAM)
PNG = Content("a PNG picture", Group.PICTURE, "image/png")
JPEG = Content("a JPEG picture", Group.PICTURE, "image/jpeg")
GIF = Content("a GIF picture", Group.PICTURE, "image/gif")
WEBP = Content("a WebP picture", Group.PICTURE, "image/webp")
OTHER_PICTURE = Content("a picture", Group.PICTURE)
GZIP = Content("a gzip archive", Group.ARCHIVE, "application/gzip")
PDF = Content("a PDF document", Group.DOCUMENT, "application/pdf")
ZIP = Content("a zip archive", Group.ARCHIVE, "application/zip")
WORKBOOK = Content("an Excel workbook", Group.DOCUMENT, f"{OFFICE}.spreadsheetml.sheet")

MAGIC: tuple[tuple[bytes, Content], ...] = (
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),  # Java classes, programs of macOS
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"\x00asm", PROGRAM),
    (b"dex\n", PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", PROGRAM),  # a Windows shortcut
    (b"ITSF", PROGRAM),  # compiled help, which runs scripts
    (b"%PDF-", PDF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Content("an old Office document", Group.DOCUMENT)),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", OTHER_PICTURE),
    (b"MM\x00*", OTHER_PICTURE),
    (b"BM", OTHER_PICTURE),
    (b"\x1f\x8b", GZIP),
    (b"BZh", Content("a bzip2 archive", Group.ARCHIVE)),
    (b"\xfd7zXZ\x00", Content("an xz archive", Group.ARCHIVE)),
    (b"\x28\xb5\x2f\xfd", Content("a zstd archive", Group.ARCHIVE)),
    (b"7z\xbc\xaf\x27\x1c", Content("a 7z archive", Group.ARCHIVE)),
    (b"Rar!\x1a\x07", Content("a RAR archive", Group.ARCHIVE)),
    (b"ID3", Content("a sound", Group.MEDIA, "audio/mpeg")),
    (b"\xff\xfb", Content("a sound", Group.MEDIA, "audio/mpeg")),
    (b"fLaC", Content("a sound", Group.MEDIA, "audio/flac")),
    (b"OggS", Content("a sound or film", Group.MEDIA, "application/ogg")),
    (b"\x1a\x45\xdf\xa3", Content("a film", Group.MEDIA, "video/webm")),
)
BOXED = {  # the word at the eighth byte of a RIFF file, the fourth of others
    b"WEBP": WEBP,
    b"WAVE": Content("a sound", Group.MEDIA, "audio/wav"),
    b"AVI ": Content("a film", Group.MEDIA),
    b"heic": OTHER_PICTURE,
    b"heix": OTHER_PICTURE,
    b"mif1": OTHER_PICTURE,
    b"avif": OTHER_PICTURE,
}
FILM = Content("a film", Group.MEDIA, "video/mp4")

IN_ZIP: tuple[tuple[str, Content], ...] = (
    ("AndroidManifest.xml", PROGRAM),
    ("META-INF/MANIFEST.MF", PROGRAM),
    ("xl/workbook.xml", WORKBOOK),
    ("word/document.xml", Content("a Word document", Group.DOCUMENT, f"{OFFICE}.wordprocessingml.document")),
    (
        "ppt/presentation.xml",
        Content("a PowerPoint presentation", Group.DOCUMENT, f"{OFFICE}.presentationml.presentation"),
    ),
    ("META-INF/manifest.xml", Content("an OpenDocument file", Group.DOCUMENT)),
)

MARKUP_SIGNS: tuple[tuple[bytes, Content], ...] = tuple(
    (sign, Content(words, Group.MARKUP))
    for words, signs in (
        ("an SVG drawing", (b"<svg",)),
        (
            "a web page or script",
            (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<iframe", b"<style", b"<!--", b"<img"),
        ),
        ("an XML file", (b"<?xml", b"<!entity", b"<xsl:")),
    )
    for sign in signs
)
SERVED_TYPES = (
    {content.content_type for _, content in (*MAGIC, *IN_ZIP)}
    | {content.content_type for content in (*BOXED.values(), FILM, TEXT, ZIP)}
    | {"text/csv"}
)
"""What a stored file may be served as; no browser runs any of these."""


def served_type(content_type: str) -> str:
    """The type if it is harmless, else the one of any file at all."""
    return content_type if content_type in SERVED_TYPES else ANYTHING


def content_of(stream: IO[bytes]) -> Content:
    """What the file is. Reads from its start and leaves it there."""
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    if _is_text(head):
        return PDF if head.startswith(b"%PDF-") else _content_of_text(head)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _content_of_zip(stream)
    return next((content for magic, content in MAGIC if head.startswith(magic)), None) or _boxed(head) or UNKNOWN


def _boxed(head: bytes) -> Content | None:
    if head.startswith(b"RIFF"):
        return BOXED.get(head[8:12])
    if head[4:8] == b"ftyp":
        return BOXED.get(head[8:12], FILM)
    return None


def _content_of_zip(stream: IO[bytes]) -> Content:
    try:
        names = names_in_zip(stream)
    except (zipfile.BadZipFile, ValueError, OSError):
        return BROKEN_ZIP
    finally:
        stream.seek(0)
    return next((content for name, content in IN_ZIP if name in names), ZIP)


def _content_of_text(head: bytes) -> Content:
    """Markup by the first sign of it; in UTF-16 too."""
    plain = head.replace(b"\x00", b"").lower()
    found = [(plain.find(sign), content) for sign, content in MARKUP_SIGNS if sign in plain]
    return min(found, key=lambda pair: pair[0])[1] if found else TEXT


def _is_text(head: bytes) -> bool:
    """No control characters but those of texts; UTF-16 by its mark."""
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or not head.translate(None, delete=TEXT_BYTES)
