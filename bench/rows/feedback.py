"""Answers of a survey from a file beside a bare COPY of the same rows into the same tables; the scores of a million
answers beside the plainest SQL; the pages of them beside their floors."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from django.db import connection, transaction
from psycopg import sql

from analytics.runs import run_steps
from bench.base import UNTIL
from bench.measuring import Line, alternate, beside, timed
from bench.rows.importing import _columns
from bench.rows.pages import costs, page
from bench.world import World
from crm.catalogue import import_kinds
from crm.importing.engine import import_file
from crm.importing.mapping import ImportOptions

TABLES = ("feedback_response", "feedback_answer", "feedback_npsstanding")
WORDS = ("Fast delivery", "Too slow", "Friendly staff", "Price went up", "")
SURVEY = "Bench"
PAGES = {
    "list of answers": "/surveys/answers/",
    "detractors": "/surveys/answers/?group=detractor",
    "comments with a word": "/surveys/answers/?q=delivery",
    "page of satisfaction": "/analytics/satisfaction/",
}


def write_file(path: Path, rows: int) -> None:
    """So many answers to "would you recommend us" by customers of the base; one in five with a comment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT external_id FROM contacts_contact WHERE external_id <> '' ORDER BY id LIMIT %s", [rows])
        keys = [row[0] for row in cursor.fetchall()]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("survey", "contact_external_id", "question", "dimension", "value", "answered_at", "comment"))
        for n in range(rows):
            day = f"2026-{1 + n % 6:02}-{1 + n % 28:02} {n % 24:02}:00"
            said = WORDS[n // 5 % len(WORDS)] if n % 5 == 0 else ""
            writer.writerow((SURVEY, keys[n % len(keys)], "Recommend", "nps", n * 7 % 11, day, said))


def run_import(path: Path) -> None:
    result = import_file(actor=None, kind=import_kinds()["survey_responses"], path=path, options=ImportOptions())
    if result.rejected:
        raise RuntimeError(f"{result.rejected} rows were refused: {result.examples[:2]}")


def taken_back(path: Path) -> None:
    """Import, then take it back: the next round finds the same tables."""
    with transaction.atomic():
        run_import(path)
        transaction.set_rollback(True)


def write_copies(folder: Path) -> dict[str, Path]:
    """What stands in each table, as COPY reads it."""
    files = {}
    for table in TABLES:
        files[table] = folder / f"{table}.copy"
        rows = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(_columns(table), sql.Identifier(table))
        with connection.cursor() as cursor, cursor.copy(rows) as copy, files[table].open("wb") as file:
            for piece in copy:
                file.write(piece)
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


def emptied(world: World) -> None:
    """Without an answer, and without what hangs on answers (invitations, reviews, votes of suggestions)."""
    with world.as_owner() as owner:
        owner.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")


def pages_of(world: World) -> Iterator[Line]:
    """The list of answers, the page of satisfaction."""
    with world.as_owner() as owner:
        for table in TABLES:
            owner.execute(f"VACUUM ANALYZE {table}")
    us, floor = world.visitor(world.port), world.visitor(world.floor_port)
    cases = {name: page(us, path) for name, path in PAGES.items()} | {"floor": page(floor, "/list/")}
    for case in cases.values():
        case()
    found = alternate(cases)
    for name, path in PAGES.items():
        yield beside("satisfaction", name, found[name], found["floor"], most=2.5, name="floor")
        yield from costs("satisfaction", name, path, 12)


BARE = """
CREATE TEMP TABLE bench_nps ON COMMIT DROP AS
SELECT date_trunc('month', answered_at) AS month, survey_id, s.segment, count(*) FILTER (WHERE nps >= 9) AS promoters,
  count(*) FILTER (WHERE nps BETWEEN 7 AND 8) AS passives, count(*) FILTER (WHERE nps <= 6) AS detractors,
  sum(nps) AS total
FROM feedback_response r LEFT JOIN analytics_rfmscore s ON s.contact_id = r.contact_id
WHERE nps IS NOT NULL GROUP BY GROUPING SETS ((1), (1, 2), (1, 3), (1, touch_point_id), (1, product_id), (1, agent_id))
"""
MONEY = """
SELECT sum(o.base_amount) FROM orders_order o JOIN feedback_npsstanding n ON n.contact_id = o.contact_id
WHERE o.ordered_on > '2024-01-01' GROUP BY n.nps_group
"""


def bare() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE)
        cursor.execute(MONEY)


def measure(world: World) -> Iterator[Line]:
    """As many answers as the base has customers: at most five times a COPY; scores at most six times the bare SQL."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "answers.csv"
        write_file(path, world.rows)
        emptied(world)
        try:
            run_import(path)
            files = write_copies(folder)
            run = partial(run_steps, actor=None, as_of=dt.date.fromisoformat(UNTIL), only=["satisfaction"])
            found = alternate({"us": partial(timed, run), "bare": partial(timed, bare)})
            what = f"satisfaction of {world.rows:,} answers"
            yield beside("satisfaction", what, found["us"], found["bare"], most=6, name="bare SQL", unit="s")
            yield from pages_of(world)
        finally:
            emptied(world)
        cases = {"us": partial(timed, partial(taken_back, path)), "copy": partial(timed, partial(copied, files))}
        found = alternate(cases)
        rate = world.rows / found["us"].median
        what = f"{world.rows:,} answers of a survey ({rate:,.0f} rows/s)"
        yield beside("satisfaction", what, found["us"], found["copy"], most=5, name="COPY", unit="s")
