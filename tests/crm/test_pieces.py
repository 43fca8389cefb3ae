"""The small pieces of the look: safe against what people type, and readable without seeing colours."""

import pytest
from django.utils.html import conditional_escape

from crm.templatetags import pieces

EVIL = '<script>"&'


@pytest.mark.parametrize("piece", [pieces.pill, pieces.avatar, pieces.person, pieces.key])
def test_typed_text_is_escaped(piece):
    assert "<script" not in piece(EVIL)


def test_pill_of_nothing_is_nothing():
    assert pieces.pill("") == ""


def test_pill_of_an_unknown_tone_is_neutral():
    assert "pill-neutral" in pieces.pill("lost", "purple")


@pytest.mark.parametrize(("name", "letters"), [("Okafor & Sons Ltd", "OS"), ("Émile", "É"), ("", "?"), ("& !", "?")])
def test_initials(name, letters):
    assert pieces.initials_of(name) == letters


def test_score_tiles_say_what_the_colours_show():
    assert 'aria-label="Recency 2 of 5, Frequency 5 of 5, Monetary 5 of 5"' in pieces.score_tiles(2, 5, 5)


@pytest.mark.parametrize(("share", "width"), [(-1, "0.0"), (0.5, "32.0"), (3, "64.0")])
def test_bar_stays_in_its_track(share, width):
    assert f'class="bar-fill" width="{width}"' in pieces.bar(share)


def test_query_fields_leave_out_and_keep(rf):
    request = rf.get("/", {"q": "a&b", "sort": "name", "after": "x"})
    fields = pieces.query_fields({"request": request}, without="after,sort")
    assert fields == '<input type="hidden" name="q" value="a&amp;b">'


@pytest.mark.parametrize(
    ("text", "names", "shown"),
    [
        ("<b> @Ada & @ada lovelace.", (), "&lt;b&gt; @Ada &amp; @ada lovelace."),
        ("<b> @Bob", ("Ada",), "&lt;b&gt; @Bob"),
        ("@ada lovelace, <i>", ("Ada", "Ada Lovelace"), '<span class="mention">@ada lovelace</span>, &lt;i&gt;'),
        ("Ask @O'Neil & <Sons>!", ("O'Neil & <Sons>",),
         'Ask <span class="mention">@O&#x27;Neil &amp; &lt;Sons&gt;</span>!'),
    ],
)  # fmt: skip
def test_mentions_are_set_apart_and_all_is_escaped(text, names, shown):
    assert conditional_escape(pieces.mentions(text, names)) == shown
