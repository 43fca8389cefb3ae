"""Order lines from a CSV file beside a bare COPY of the same rows into the same tables; the memory of a process that
imports as many contacts, or lines, as the base has customers."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from django.db import connection, transaction
from psycopg import sql

from bench.base import TOP
from bench.measuring import Line, alternate, at_most, beside, timed
from bench.rows.importing import _columns, copied, write_file
from bench.world import World
from crm.catalogue import import_kinds
from crm.importing.engine import import_file
from crm.importing.mapping import ImportOptions

TABLES = ("orders_order", "orders_orderline")
MARK = "bench-order-"
LINES = 4
"""Of an order."""
ROUNDS, MOST_MEGABYTES = 3, 500
OWN = f"SELECT id FROM orders_order WHERE number LIKE '{MARK}%'"
NAMES = "order_id line_number contact_external_id ordered_at product_external_id quantity unit_price channel"


def write_lines(path: Path, rows: int) -> None:
    """So many lines of new orders by customers of the base, of its products."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT external_id FROM contacts_contact WHERE external_id <> '' ORDER BY id LIMIT %s", [rows])
        customers = [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT external_id FROM orders_product WHERE external_id <> '' ORDER BY id")
        products = [key for (key,) in cursor.fetchall()]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(NAMES.split())
        for n in range(rows):
            order, line = divmod(n, LINES)
            day = f"2026-{1 + order % 6:02}-{1 + order % 28:02} {order % 24:02}:00"
            price = f"{5 + n % 90}.{n % 100:02}"
            writer.writerow(
                [
                    f"{MARK}{order}", line + 1, customers[order * 7 % len(customers)], day,
                    products[n % len(products)], 1 + n % 5, price, "web",
                ]
            )  # fmt: skip


def run_import(path: Path) -> None:
    """The file, imported as a whole. Raises where it does not come in whole."""
    result = import_file(actor=None, kind=import_kinds()["orders"], path=path, options=ImportOptions())
    if result.rejected or result.counts.created == 0:
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
        for table, key in zip(TABLES, ("id", "order_id"), strict=True):
            files[table] = folder / f"{table}.copy"
            rows = sql.SQL("COPY (SELECT {} FROM {} WHERE {} IN ({})) TO STDOUT").format(
                _columns(table), sql.Identifier(table), sql.Identifier(key), sql.SQL(OWN)
            )
            with connection.cursor() as cursor, cursor.copy(rows) as copy, files[table].open("wb") as file:
                for piece in copy:
                    file.write(piece)
        transaction.set_rollback(True)
    return files


def measure(world: World) -> Iterator[Line]:
    """At least a fifth of the rate of COPY: at most five times as long. As many lines as the base has customers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "lines.csv"
        write_lines(path, world.rows)
        files = write_copies(path, folder)
        cases = {"us": partial(timed, partial(imported, path)), "copy": partial(timed, partial(copied, files))}
        found = alternate(cases, ROUNDS)
        rate = world.rows / found["us"].median
        what = f"{world.rows:,} lines of orders ({rate:,.0f} rows/s)"
        yield beside("lines", what, found["us"], found["copy"], most=5, name="COPY", unit="s")
        yield at_most("lines", "memory of the process", highest(path, "orders"), MOST_MEGABYTES, "MB")


def measure_memory(world: World) -> Iterator[Line]:
    """As many contacts as the base has."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "new.csv"
        write_file(path, world.rows)
        what = f"a process that imports {world.rows:,} contacts"
        yield at_most("import_memory", what, highest(path, "contacts"), MOST_MEGABYTES, "MB")


def highest(path: Path, kind: str) -> float:
    """Megabytes that the process of an import had at most; its transaction is taken back."""
    words = [sys.executable, "-W", "ignore", "manage.py", "import_data", kind, str(path), "--json", "--dry-run"]
    process = subprocess.Popen(words, cwd=TOP, env=os.environ, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"The import of {kind} ended with {process.returncode}.")
    return used.ru_maxrss / 1024
