"""Numbers as people write them; a comma is never silently read as what it is not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.importing.numbers import DecimalMark, MarkVotes, parse_number


def mark_of(*texts: str, trust_point: bool = True) -> DecimalMark:
    votes = MarkVotes()
    votes.add(texts)
    return votes.decide(trust_point=trust_point)


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("12.50", DecimalMark.POINT, "12.50"),
        ("1,234.56", DecimalMark.POINT, "1234.56"),
        ("1.234,56", DecimalMark.COMMA, "1234.56"),
        ("1 234,56", DecimalMark.COMMA, "1234.56"),
        ("1\u00a0234\u00a0567", DecimalMark.POINT, "1234567"),
        ("1'234.50", DecimalMark.POINT, "1234.50"),
        ("(12.00)", DecimalMark.POINT, "-12.00"),
        ("€ 12,5", DecimalMark.COMMA, "12.5"),
        ("12.50 EUR", DecimalMark.POINT, "12.50"),
        ("USD 1,234", DecimalMark.POINT, "1234"),
        ("-$5.00", DecimalMark.POINT, "-5.00"),
        ("$-5.00", DecimalMark.POINT, "-5.00"),
        ("5.00-", DecimalMark.POINT, "-5.00"),
        ("\u22127", DecimalMark.POINT, "-7"),
        (".5", DecimalMark.POINT, "0.5"),
        ("1.5e3", DecimalMark.POINT, "1500"),
    ],
)
def test_a_number_is_read(text, mark, number):
    assert parse_number(text, mark) == Decimal(number)


@pytest.mark.parametrize("text", ["abc", "N/A", "NaN", "inf", "--5", "1,23,456", "12%", "1.2.3", "٣", "1 2", "12 34"])
def test_what_is_no_number_is_refused(text):
    assert "is not a number" in str(parse_number(text, DecimalMark.POINT))


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["12.50", "1,234"], DecimalMark.POINT),
        (["12,50", "1.234"], DecimalMark.COMMA),
        (["1.234.567"], DecimalMark.COMMA),
        (["1,234", "20"], DecimalMark.OPEN),
        (["0,125"], DecimalMark.COMMA),
        (["12.50", "9.99", "3,5"], DecimalMark.POINT),
        (["1.234"], DecimalMark.POINT),
        (["5", "7"], DecimalMark.POINT),
    ],
)
def test_the_column_decides_the_mark(texts, mark):
    assert mark_of(*texts) is mark


def test_a_point_is_not_trusted_in_a_file_of_semicolons():
    assert mark_of("1.234", trust_point=False) is DecimalMark.OPEN


def test_an_amount_of_the_other_kind_is_refused_and_not_guessed():
    assert "decimal comma" in str(parse_number("12,50", DecimalMark.POINT))
    assert "decimal point" in str(parse_number("12.50", DecimalMark.COMMA))
    assert "two ways" in str(parse_number("1,234", DecimalMark.OPEN))
    assert parse_number("1,234", DecimalMark.OPEN, whole=True) == 1234


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from([DecimalMark.POINT, DecimalMark.COMMA])
)
def test_what_is_written_in_either_way_is_read_back(number, mark):
    written = f"{number:,.2f}"
    if mark is DecimalMark.COMMA:
        written = written.translate(str.maketrans(",.", ".,"))
    assert parse_number(written, mark) == number


@given(st.text(max_size=20), st.sampled_from(DecimalMark))
def test_no_text_breaks_the_reading(text, mark):
    found = parse_number(text, mark)
    assert isinstance(found, str) or found.is_finite()
