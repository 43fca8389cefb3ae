"""Files as strangers bring them, made here: small, and each of its kind only as far as its content says so."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from functools import cache
from typing import Any

from PIL import Image

MEGABYTE = 1 << 20


def picture(kind: str, size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(made, format=kind, **options)
    return made.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():  # without a date: the same bytes in every process
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


@cache
def zip_bomb(copies: int = 45) -> bytes:
    """The same 30 MB of zeros under many names, in some 30 kB: the list points to one place again and again."""
    small = zipped({"0": b"\x00" * (30 * MEGABYTE)})
    at = small.index(b"PK\x01\x02")
    body, entry = small[:at], small[at : small.index(b"PK\x05\x06")]
    directory = b"".join(entry[:-1] + bytes([33 + number]) for number in range(copies))
    ending = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, copies, copies, len(directory), len(body), 0)
    return body + directory + ending


@cache
def zip_of_many_names(count: int = 60_000) -> bytes:
    """Empty files without end: small on disk, large in the memory of whoever reads the list."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, *[0] * 4, *[0] * 3, 1, *[0] * 4, 0, 0) + b"x"
    directory = entry * count
    few = min(count, 65_535)
    return directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, few, few, len(directory), 0, 0)


@cache
def gzip_bomb(megabytes: int = 80) -> bytes:
    packer = zlib.compressobj(wbits=31)
    zeros = b"\x00" * MEGABYTE
    return b"".join([*(packer.compress(zeros) for _ in range(megabytes)), packer.flush()])


def picture_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few hundred bytes that says it has 3.6 billion points."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(4_000))) + chunk(b"IEND", b"")
    )


CSV = b"name;amount\nMia;12,50\n"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
WORKBOOK = zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
GIF_AND_SCRIPT = b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)//"
JPEG_AND_ZIP = picture("JPEG") + zipped({"a.txt": b"hidden"})
PDF_AND_PAGE = b"%PDF-1.7\n<html><script>alert(1)</script></html>"

# name as it came, content, words of the kind, type it is served as
KINDS: list[tuple[str, bytes, str, str]] = [
    ("list.csv", CSV, "a text", "text/plain"),
    ("list.csv", CSV.decode().encode("utf-16"), "a text", "text/plain"),
    ("list.csv", "Größe;Maß\n".encode("cp1252"), "a text", "text/plain"),
    ("list.csv.gz", gzip.compress(CSV, mtime=0), "a gzip archive", "application/gzip"),
    ("ID3.csv", b"ID3,BM,MZ\n1,2,3\n", "a text", "text/plain"),
    ("book.xlsx", WORKBOOK, "an Excel workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("a.zip", zipped({"a.txt": b"a"}), "a zip archive", "application/zip"),
    ("a.zip", zipped({"a.txt": b"a"})[:40], "a broken archive", "application/octet-stream"),
    ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "an old Office document", "application/octet-stream"),
    ("a.pdf", b"%PDF-1.7\n\x00\x01", "a PDF document", "application/pdf"),
    ("a.png", picture("PNG"), "a PNG picture", "image/png"),
    ("a.jpg", picture("JPEG"), "a JPEG picture", "image/jpeg"),
    ("a.gif", picture("GIF"), "a GIF picture", "image/gif"),
    ("a.webp", picture("WEBP"), "a WebP picture", "image/webp"),
    ("a.tif", picture("TIFF"), "a picture", "application/octet-stream"),
    ("a.svg", SVG, "an XML file", "application/octet-stream"),
    ("a.png", b'  <svg onload="alert(1)">', "an SVG drawing", "application/octet-stream"),
    ("a.pHtml", b"<!DOCTYPE html><script>alert(1)</script>", "a web page or script", "application/octet-stream"),
    ("a.txt", "<html><script>".encode("utf-16"), "a web page or script", "application/octet-stream"),
    ("photo.png.html", b"hello <script>alert(1)</script>", "a web page or script", "application/octet-stream"),
    ("a.js", b"alert(1)", "a text", "text/plain"),
    ("a.gif", GIF_AND_SCRIPT, "a GIF picture", "image/gif"),
    ("a.gif", b"GIF89a/**/=1;alert(1)", "a text", "text/plain"),
    ("a.pdf", PDF_AND_PAGE, "a PDF document", "application/pdf"),
    ("a.jpg", JPEG_AND_ZIP, "a JPEG picture", "image/jpeg"),
    ("a.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>', "an XML file", "application/octet-stream"),
    ("a.txt", b"MZ\x90\x00\x03\x00", "a program", "application/octet-stream"),
    ("a.pdf", b"\x7fELF\x02\x01", "a program", "application/octet-stream"),
    ("a.zip", zipped({"META-INF/MANIFEST.MF": b"", "A.class": b""}), "a program", "application/octet-stream"),
    ("a.mp3", b"ID3\x04\x00\x00", "a sound", "audio/mpeg"),
    ("a.mp4", b"\x00\x00\x00\x18ftypmp42\x00", "a film", "video/mp4"),
    ("a.heic", b"\x00\x00\x00\x18ftypheic\x00", "a picture", "application/octet-stream"),
    ("a.bin", bytes(range(256)), "a file of an unknown kind", "application/octet-stream"),
]
IDS = [f"{name} that is {words}" for name, _, words, _ in KINDS]
