"""New contacts from a CSV file beside a bare COPY of the same rows into the same tables: indexes and history are on."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from django.db import connection, transaction
from psycopg import sql

from bench.measuring import Line, alternate, beside, timed
from bench.world import World
from crm.catalogue import import_kinds
from crm.importing.engine import import_file
from crm.importing.mapping import ImportOptions

TABLES = ("contacts_contact", "contacts_contactpoint", "contacts_address")
FIRST = "Ada Bela Cleo Dora Emil Fritz Gerda Hugo Ines Jan Karl Lea Mona Nils Otto Paula Rosa Stan Tilda Uwe".split()
LAST = "Ahrens Bauer Clausen Dietz Ebert Falk Gruber Hansen Imhof Jansen Koch Lorenz Maier Nolte Otto Pohl".split()
MARK = "bench-"


def write_file(path: Path, rows: int, mark: str = MARK) -> None:
    """So many new contacts, ten columns; `mark` leads their external ids."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            "external_id first_name last_name email phone street postal_code city country created_on".split()
        )
        for n in range(rows):
            first, last = FIRST[n % len(FIRST)], f"{LAST[n % len(LAST)]}{n // 320}"
            writer.writerow(
                [
                    f"{mark}{n}", first, last, f"{first}.{last}.{n}@example.org".lower(), f"+4940{1_000_000 + n}",
                    f"Lange Reihe {n % 300}", f"{20_000 + n % 10_000}", "Hamburg", "DE", "2026-03-01",
                ]
            )  # fmt: skip


def run_import(path: Path) -> None:
    """The file, imported as a whole. Raises where it does not come in whole."""
    result = import_file(actor=None, kind=import_kinds()["contacts"], path=path, options=ImportOptions())
    if result.rejected:
        raise RuntimeError(f"{result.rejected} rows were refused: {result.examples[:2]}")


def imported(path: Path) -> None:
    """Import, then take it back: the next round finds the same tables."""
    with transaction.atomic():
        run_import(path)
        transaction.set_rollback(True)


def write_copies(path: Path, folder: Path) -> dict[str, Path]:
    """What the import writes into each table, as COPY reads it."""
    files = {}
    with transaction.atomic():
        run_import(path)
        new = "SELECT id FROM contacts_contact WHERE external_id LIKE 'bench-%'"
        for table in TABLES:
            key = "id" if table == TABLES[0] else "contact_id"
            files[table] = folder / f"{table}.copy"
            rows = sql.SQL("COPY (SELECT {} FROM {} WHERE {} IN ({})) TO STDOUT").format(
                _columns(table), sql.Identifier(table), sql.Identifier(key), sql.SQL(new)
            )
            with connection.cursor() as cursor, cursor.copy(rows) as copy, files[table].open("wb") as file:
                for piece in copy:
                    file.write(piece)
        transaction.set_rollback(True)
    return files


def copied(files: dict[str, Path]) -> None:
    """The bare COPY of the same rows; taken back as well."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, path in files.items():
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _columns(table))
            with cursor.copy(statement) as copy, path.open("rb") as file:
                while piece := file.read(1 << 20):
                    copy.write(piece)
        transaction.set_rollback(True)


def _columns(table: str) -> sql.Composed:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = '' ORDER BY attnum",
            [table],
        )
        return sql.SQL(", ").join(sql.Identifier(row[0]) for row in cursor.fetchall())


def measure(world: World) -> Iterator[Line]:
    """At least a fifth of the rate of COPY: at most five times as long. A tenth of the base's rows come in."""
    rows = world.rows // 10
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_file(folder / "new.csv", rows)
        files = write_copies(folder / "new.csv", folder)
        cases = {
            "us": partial(timed, partial(imported, folder / "new.csv")),
            "copy": partial(timed, partial(copied, files)),
        }
        found = alternate(cases)
        rate = rows / found["us"].median
        what = f"{rows:,} new contacts into {world.rows:,} ({rate:,.0f} rows/s)"
        yield beside("import", what, found["us"], found["copy"], most=5, name="COPY", unit="s")
