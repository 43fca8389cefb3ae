"""What a file is by its content, what its name becomes, and which archives and pictures are bombs."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from crm.foreign.archives import is_gzip_bomb, is_zip_bomb
from crm.foreign.contents import ANYTHING, SERVED_TYPES, content_of, served_type
from crm.foreign.names import MAX_NAME, clean_name
from crm.foreign.pictures import BadPicture, drawn_anew, points_of
from tests.foreign.samples import (
    CSV,
    IDS,
    JPEG_AND_ZIP,
    KINDS,
    gzip_bomb,
    picture,
    picture_bomb,
    zip_bomb,
    zip_of_many_names,
    zipped,
)

RUN_BY_BROWSERS = ("html", "svg", "xml", "javascript", "ecmascript", "css", "x-shockwave", "xslt", "json")


@pytest.mark.parametrize(("name", "content", "words", "content_type"), KINDS, ids=IDS)
def test_kind_is_what_the_content_says(name, content, words, content_type):
    found = content_of(io.BytesIO(content))
    assert (found.words, found.content_type) == (words, content_type)


def test_no_type_that_a_browser_runs_is_ever_served():
    served = SERVED_TYPES - {kind for kind in SERVED_TYPES if "openxmlformats" in kind}
    assert [kind for kind in served for part in RUN_BY_BROWSERS if part in kind] == []
    for claimed in (
        "text/html",
        "image/svg+xml",
        "text/javascript",
        "text/css",
        "application/xml",
        "TEXT/HTML",
        "x\r\ny",
    ):
        assert served_type(claimed) == ANYTHING
    assert served_type("image/png") == "image/png"


@given(st.binary(max_size=200))
def test_any_bytes_have_a_kind_and_the_stream_stands_at_its_start(content):
    stream = io.BytesIO(content)
    assert content_of(stream).content_type in SERVED_TYPES
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("Größe (2).csv", "Größe (2).csv"),
        ("Gro\u0308ße.csv", "Größe.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\mia\\list.csv", "list.csv"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a/../b.csv", "b.csv"),
        ("list.csv\x00.exe", "list.csv.exe"),
        ("gpj.\u202eexe.fdp", "gpj.exe.fdp"),
        ("\u2066a\u2069\u200b\u200e\ufeff.txt", "a.txt"),
        ("a\r\nContent-Type: text/html.csv", "html.csv"),
        ('a"b<c>:d.csv', "a_b_c__d.csv"),
        ("  a   b .csv ", "a b.csv"),
        (".htaccess", "htaccess"),
        ("a.csv. . .", "a.csv"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("", "file"),
        ("..", "file"),
        ("/", "file"),
        ("\u202e\u200f", "file"),
        ("\ud800.csv", "csv"),
    ],
)
def test_name_is_cleaned(given_name, kept):
    assert clean_name(given_name) == kept


def test_long_name_keeps_its_suffix():
    assert clean_name("a" * 300 + ".csv") == "a" * (MAX_NAME - 4) + ".csv"
    assert clean_name("a." + "b" * 300) == "a." + "b" * (MAX_NAME - 2)
    assert len(clean_name("漢" * 300 + ".csv").encode()) <= 250
    assert clean_name("漢" * 300 + ".csv").endswith("漢.csv")


@given(st.text(max_size=400))
def test_name_of_any_letters_fits_a_file_system_and_a_header(text):
    name = clean_name(text)
    assert 1 <= len(name) <= MAX_NAME
    assert len(name.encode()) <= 255
    assert not set('/\\\x00\r\n"\u202e') & set(name)
    assert clean_name(name) == name


def test_zip_of_one_place_under_many_names_is_a_bomb():
    bomb = zip_bomb()
    assert len(bomb) < 150_000
    assert is_zip_bomb(io.BytesIO(bomb), len(bomb))


def test_zip_with_names_without_end_is_a_bomb_and_its_list_is_not_read():
    bomb = zip_of_many_names()
    tracemalloc.start()
    try:
        assert is_zip_bomb(io.BytesIO(bomb), len(bomb))
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_archive_of_a_real_table_is_none():
    rows = b"".join(b"%d;Mia %d;%d,50\n" % (number, number * 7, number % 1000) for number in range(50_000))
    packed = zipped({"list.csv": rows})
    assert not is_zip_bomb(io.BytesIO(packed), len(packed))
    assert not is_gzip_bomb(io.BytesIO(gzip.compress(rows)))
    assert not is_gzip_bomb(io.BytesIO(gzip.compress(CSV) * 50))
    assert not is_gzip_bomb(io.BytesIO(gzip.compress(rows)[:-20] + b"\x00" * 99))


def test_gzip_bomb_is_found_early():
    bomb = gzip_bomb()
    read = io.BytesIO(many := bomb * 100)
    assert is_gzip_bomb(read)
    assert read.tell() < len(many) / 4
    assert is_gzip_bomb(io.BytesIO(gzip.compress(CSV) + bomb))


def test_picture_bomb_says_its_size_and_is_not_drawn():
    assert points_of(io.BytesIO(picture_bomb(9_000, 9_000))) == 81_000_000
    assert points_of(io.BytesIO(picture_bomb())) > 170_000_000
    with pytest.raises(BadPicture, match="25 million points"):
        drawn_anew(io.BytesIO(picture_bomb()))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_picture_drawn_anew_is_the_picture_alone(kind):
    place = Image.Exif()
    place[0x010F], place[0x9286] = "Camera", "49.87 N 8.65 E"
    options: dict[str, Any] = {} if kind == "GIF" else {"exif": place}
    content = picture(kind, **options) + b"<script>alert(1)</script>"
    made = drawn_anew(io.BytesIO(content))
    assert b"script" not in made
    assert b"49.87" not in made
    with Image.open(io.BytesIO(made)) as drawn:
        assert (drawn.format, drawn.size) == (kind, (40, 30))
        assert not drawn.getexif()


def test_picture_is_turned_upright_and_made_smaller():
    turned = Image.Exif()
    turned[0x0112] = 6
    made = drawn_anew(io.BytesIO(picture("JPEG", (3_000, 1_500), exif=turned)))
    with Image.open(io.BytesIO(made)) as drawn:
        assert drawn.size == (1_200, 2_400)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", picture("JPEG")[:80], picture("PNG")[:60], b"GIF89a"])
def test_broken_picture_is_refused_with_a_sentence(content):
    with pytest.raises(BadPicture, match="broken"):
        drawn_anew(io.BytesIO(content))


def test_picture_with_an_archive_behind_it_loses_it():
    assert b"PK" not in drawn_anew(io.BytesIO(JPEG_AND_ZIP))
