"""The PDF: every script, hostile words as words, limits that hold."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from crm.choices import Role
from crm.models import StoredFile
from crm.typesetting import setting
from crm.typesetting.pictures import without_pictures
from pipeline.models import Letterhead
from pipeline.quotes.drawing import drawing
from pipeline.quotes.drawing.document import Document, DocumentLine
from tests import factories as make

LINE = DocumentLine("1", "Frame", ("Colour: Oak",), "2", "€ 5.00", "5 %", "19 %", "€ 9.50")
DOCUMENT = Document(
    company="Northwind", address=("Hafenstraße 12",), reach=(), bank=(), footer=(), colour="#3f51d9",
    number="Q-2026-0001", title="Frames", day="1 May 2026", valid_until="31 May 2026",
    customer=("Okafor & Sons",), seller="Rosa",
    seller_reach="", intro=(), terms=(), lines=(LINE,), has_discounts=True, before=(), net="€ 9.50",
    taxes=(("19 % tax on € 9.50", "€ 1.81"),), total="€ 11.31", is_draft=False,
)  # fmt: skip
"""One that every test changes in what it is about."""


def test_each_script_of_a_name_is_drawn_in_a_font_that_has_it():
    names = ("Zoë Müller", "Ελένη", "Привет", "王小明", "田中さくら", "김민수", "محمد علي", "देवनागरी", "ตัวอย่าง", "😀")
    drawn = drawing.draw(replace(DOCUMENT, customer=names, title=" ".join(names)))
    fonts = ("Inter", "NotoSansCJK", "NotoSansArabic", "NotoSansDevanagari", "NotoSansThai")
    assert [font for font in fonts if font.encode() not in drawn.replace(b"#20", b"").replace(b"-", b"")] == []


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("Oak frames 😀", "Oak frames"),
        ("👍🏽 Ready ✅ for 👩‍🔧 you", " Ready ✓ for you"),
        ("Sizes 1️⃣ and ➀, ⭐⭐ glass ♥️", "Sizes 1 and ➀, ★★ glass ♥"),
        ("🇩🇪 ✖ 🚚", " ✗"),
        ("क्‍ष", "क्‍ष"),
    ],
)
def test_emoji_become_plain_signs_or_leave_no_box(typed, drawn):
    assert without_pictures(typed) == drawn


def test_hostile_words_are_words():
    hostile = [
        '#panic("x")',
        '#read("/etc/passwd")',
        '#import "x"',
        "$x$ *b* _i_ <l> @r `c` \\ // /* */ = h",
        "\x00\x1b",
    ]
    naughty = json.loads((Path(__file__).parents[2] / "data" / "naughty_strings.json").read_text())
    strings = [*hostile, *naughty]
    lines = tuple(replace(LINE, title=words, details=(words,)) for words in strings)
    assert drawing.draw(replace(DOCUMENT, lines=lines, title=hostile[0], colour="#000000")).startswith(b"%PDF-")


def test_a_logo_is_shown_and_one_that_is_gone_is_left_out(db):
    stored = StoredFile.objects.create(name="logo.png", content_type="image/png", file="gone")
    assert drawing.draw(DOCUMENT, stored).startswith(b"%PDF-")


def test_what_cannot_be_set_is_a_sentence(caplog):
    with pytest.raises(ValidationError, match="could not be drawn"):
        drawing.draw(replace(DOCUMENT, colour="red"))
    assert "A document could not be drawn" in caplog.text


def test_the_typesetter_reads_nothing_outside_of_its_folder_and_is_bounded(tmp_path):
    """Run as the product runs it, with a template that would do harm."""

    def run(source: str) -> subprocess.CompletedProcess[bytes]:
        (tmp_path / "document.typ").write_text(source)
        (tmp_path / "document.json").write_text(json.dumps({}))
        command = [sys.executable, "-I", str(setting.HERE / "compile.py"), str(tmp_path), str(tmp_path / "out.pdf")]
        return subprocess.run(command, capture_output=True, timeout=60, env={}, check=False)

    assert run("Hello").returncode == 0
    assert run('#read("/etc/hostname")').returncode != 0
    assert run('#read("../x")').returncode != 0
    assert run('#("a" * 4000000000).len()').returncode != 0


def test_an_administrator_sets_the_letterhead_and_its_logo_is_on_the_document(db):
    make.make_company()
    client = make.signed_in(make.make_user(Role.ADMIN))
    picture = BytesIO()
    Image.new("RGB", (40, 20), "#7a1f5c").save(picture, "PNG")
    sent = {
        "company_name": "Okafor Frames", "address": "12 Mill Lane\nLeeds", "colour": "#7a1f5c", "prefix": "QU-",
        "valid_days": "14", "tax_rate": "20", "logo_file": SimpleUploadedFile("logo.png", picture.getvalue()),
    }  # fmt: skip
    assert client.post("/admin/pipeline/letterhead/add/", sent).status_code == 302
    head = Letterhead.objects.get()
    quote = make.make_quote()
    assert (head.pk, head.logo.content_type, quote.number[:3]) == (1, "image/png", "QU-")
    with_logo = drawing.draw_quote(quote)
    assert b"/Subtype /Image" in with_logo.replace(b"/Subtype/Image", b"/Subtype /Image")
    bad = {**sent, "logo_file": SimpleUploadedFile("logo.png", b"no picture"), "colour": "red"}
    answer = client.post("/admin/pipeline/letterhead/1/change/", bad).content.decode()
    assert "please bring a PNG" in answer
    assert "A colour is written like" in answer
