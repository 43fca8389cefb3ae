"""Odd and broken files of others' collections, against what their collectors and a peer read in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crm.importing.errors import UnreadableFile
from crm.importing.reading import open_table
from crm.importing.tables import Row
from tests.importing.tables import DATA, read

MESSY = DATA / "messy_csv"
PEER = json.loads((MESSY / "expected_clevercsv.json").read_text())
SHOWN = 8
"""Of the first and the last row the peer's list has so many cells."""
SPECTRUM = sorted(path.stem for path in (MESSY / "csv-spectrum").glob("*.csv"))
MISLED = {"csvkit/bad.csv"}
"""Two apostrophes in this file are quotation marks to the peer."""
RAGGED = {"csvkit/test_empty_columns_long_row.csv", "csvkit/test_extra_header.csv"}


def name_of(path: Path) -> str:
    return path.relative_to(MESSY).as_posix().replace("csv-spectrum/", "csv-spectrum/csvs/")


FILES = [path for path in sorted(MESSY.rglob("*.csv")) if name_of(path) in PEER.keys() - MISLED]


@pytest.mark.parametrize("name", SPECTRUM)
def test_csv_spectrum_is_read_as_its_collector_expects(name):
    columns, rows, faults = read(MESSY / "csv-spectrum" / f"{name}.csv")
    expected = json.loads((MESSY / "csv-spectrum" / "expected" / f"{name}.json").read_text())
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    assert ([tidy(row) for row in found], faults) == ([tidy(row) for row in expected], [])


def tidy(row: dict[str, str]) -> dict[str, str]:
    """Line ends inside cells differ between the collection's two halves."""
    return {name: text.replace("\r\n", "\n") for name, text in row.items()}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_rows_are_those_that_a_peer_finds(path):
    peer = PEER[name_of(path)]
    columns, rows, faults = read(path)
    has_header = list(columns[:SHOWN]) == stripped(peer["first"])
    assert len(rows) + len(faults) + has_header == peer["rows"] - blank_rows(peer)
    if name_of(path) not in RAGGED:
        assert faults == []
        assert stripped(rows[-1])[:SHOWN] == stripped(peer["last"])


def blank_rows(peer: dict[str, object]) -> int:
    """The peer counts a last row of empty cells."""
    return int(not any(peer["last"]))


def stripped(row: Row) -> list[str]:
    return [cell.strip() for cell in row]


@pytest.mark.parametrize("path", sorted(MESSY.glob("csvkit/*")), ids=lambda path: path.name)
def test_nothing_in_the_collection_raises_anything_but_a_sentence(path):
    try:
        table = open_table(path)
    except UnreadableFile as refused:
        assert str(refused).endswith(".")
    else:
        assert all(len(row) == len(table.columns) for chunk in table.chunks() for row in chunk.rows)
