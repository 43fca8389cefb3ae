"""Values: what a field takes, and in which words it refuses the rest."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.exporting.csv import csv_lines, escape_formula
from crm.importing.dialects import dialect_of
from crm.importing.values import (
    NULL,
    Bad,
    Converter,
    Limits,
    Reading,
    ValueType,
    copy_escape,
    copy_unescape,
    parser_for,
    plain_text,
)
from tests.importing.tables import read_text


def parsed(kind: ValueType, text: str, **limits: object) -> str:
    return Converter(parser_for(kind, Limits(**limits), Reading()))[text]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        (ValueType.TEXT, "  two\twords ", r"two\twords"),
        (ValueType.TEXT, "  ", NULL),
        (ValueType.TEXT, r"\N", r"\\N"),
        (ValueType.INTEGER, "1,234", "1234"),
        (ValueType.INTEGER, "12.0", "12"),
        (ValueType.DECIMAL, "$1,234.50", "1234.50"),
        (ValueType.BOOLEAN, "Yes", "t"),
        (ValueType.BOOLEAN, "F", "f"),
        (ValueType.EMAIL, "mailto:Mia@Example.com", "Mia@Example.com"),
        (ValueType.PHONE, "+44 (0)113 496 0188", "+44 (0)113 496 0188"),
        (ValueType.TAGS, 'red; blue, "x"|red', r'{"red","blue","\\"x\\""}'),
        (ValueType.CURRENCY, "eur", "EUR"),
        (ValueType.CURRENCY, "€", "EUR"),
    ],
)
def test_a_text_becomes_a_value(kind, text, stored):
    assert parsed(kind, text) == stored


@pytest.mark.parametrize(
    ("kind", "text", "limits", "words"),
    [
        (ValueType.TEXT, "abcdef", {"max_length": 5}, "6 characters; this field holds 5"),
        (ValueType.TEXT, "a\x00b", {}, "NUL"),
        (ValueType.TEXT, "a\udcffb", {}, "no text in the file's encoding"),
        (ValueType.INTEGER, "1.5", {}, "not a whole number"),
        (ValueType.INTEGER, "3000000000", {}, "out of the range"),
        (ValueType.INTEGER, "-1", {"minimum": 0}, "below 0"),
        (ValueType.DECIMAL, "1" * 15, {}, "too large"),
        (ValueType.DECIMAL, "1e999", {}, "too large"),
        (ValueType.BOOLEAN, "perhaps", {}, "neither yes nor no"),
        (ValueType.EMAIL, "mia@", {}, "not an e-mail address"),
        (ValueType.EMAIL, "a b@c.de", {}, "not an e-mail address"),
        (ValueType.PHONE, "call me", {}, "not a phone number"),
        (ValueType.CHOICE, "red", {"choices": (("g", "Green"), ("g", "grün"), ("b", "Blue"))}, "none of: g, b"),
        (ValueType.CURRENCY, "Euros", {}, "not a currency"),
    ],
)
def test_a_wrong_value_is_refused_in_words(kind, text, limits, words):
    found = parsed(kind, text, **limits)
    assert isinstance(found, Bad)
    assert words in found


def test_a_text_is_parsed_once():
    seen: list[str] = []
    converter = Converter(lambda text: seen.append(text) or text)  # type: ignore[func-returns-value]
    assert [converter[text] for text in ["a", "b", "a", "a"]] == ["a", "b", "a", "a"]
    assert seen == ["a", "b"]


def test_values_are_replaced_before_they_are_judged():
    converter = Converter(str, required=True, nulls=frozenset({"N/A"}), values={"GTXPro": "GTX Pro"})
    assert converter["GTXPro"] == "GTX Pro"
    assert isinstance(converter["N/A"], Bad)
    assert isinstance(converter[""], Bad)


@given(st.text())
def test_copy_texts_are_read_back(text):
    assert copy_unescape(copy_escape(text)) == text


@given(st.text())
def test_what_export_guards_import_gives_back(text):
    assert plain_text(escape_formula(text)) == text


CHARACTERS = st.one_of(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), st.sampled_from("\n\r\t")
)
CELLS = st.text(CHARACTERS, max_size=12)
TABLES = st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=8))


def cleaned(cell: str) -> str:
    return cell.strip().replace("\r\n", "\n").replace("\r", "\n")


@given(
    TABLES,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_any_writer_of_csv_writes_is_read_back(tmp_path_factory, rows, delimiter, line_end, encoding):
    names = [f"name{n}" for n in range(len(rows[0]))]
    if line_end == "\n":  # Python's writer leaves a lone carriage return without quotes then
        rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end)
    writer.writerows([names, *rows])
    content = stream.getvalue().encode(encoding)
    columns, found, faults = read_text(tmp_path_factory.mktemp("table"), content)
    assert (list(columns), cleaned_rows(found), faults) == (names, cleaned_rows(rows), [])


@given(TABLES)
def test_what_we_export_is_read_back(tmp_path_factory, rows):
    names = [f"name{n}" for n in range(len(rows[0]))]
    rows = [[cell.strip() for cell in row] for row in rows]  # as every door stores texts
    content = "".join(csv_lines([names, *rows])).encode()
    _, found, faults = read_text(tmp_path_factory.mktemp("table"), content)
    found = [[plain_text(cell.strip()) for cell in row] for row in found]
    assert (cleaned_rows(found), faults) == (cleaned_rows(rows), [])


def cleaned_rows(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [cells for row in rows if any(cells := [cleaned(cell) for cell in row])]


def test_the_delimiter_given_is_the_delimiter_used():
    assert dialect_of("a;b,c\n1;2,3\n", ",").delimiter == ","


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        (ValueType.EMAIL, "Dirk Ohm <dirk@mail.example>", "dirk@mail.example"),
        (ValueType.EMAIL, "<dirk@mail.example>", "dirk@mail.example"),
        (ValueType.PHONE, "0113 496 0101 (home)", "0113 496 0101 (home)"),
        (ValueType.PHONE, "0341/4960188", "0341/4960188"),
        (ValueType.PHONE, "0113.496.0106 x12", "0113.496.0106 x12"),
    ],
)
def test_an_address_or_number_with_words_around_it_is_taken(kind, text, stored):
    assert parsed(kind, text) == stored


@pytest.mark.parametrize(
    ("kind", "text", "what"),
    [
        (ValueType.EMAIL, "anna@mail.example; a.meier@work.example", "e-mail addresses"),
        (ValueType.EMAIL, "anna@mail.example,a.meier@work.example", "e-mail addresses"),
        (ValueType.EMAIL, "Anna <anna@mail.example>, Bo <bo@mail.example>", "e-mail addresses"),
        (ValueType.PHONE, "0113 4960103 / 0113 4960104", "phone numbers"),
        (ValueType.PHONE, "+44 113 4960103 or +44 113 4960104", "phone numbers"),
    ],
)
def test_a_cell_of_several_addresses_or_numbers_is_refused_with_what_to_do(kind, text, what):
    said = parsed(kind, text)
    assert isinstance(said, Bad)
    assert said.endswith(f"holds several {what}: keep one, and put the others into a column of further ones")
