"""The data that everything is measured on: a demo company of a size, made once, kept as a template database."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from bench.touches import add_opens
from crm.embedded import Instance
from crm.embedded.places import OWNER_ROLE

TOP = Path(__file__).resolve().parent.parent
SEED = "1"
UNTIL = "2026-06-30"  # a fixed last day: the same base today and next year


@dataclass(frozen=True)
class Databases:
    """The databases of one embedded server of the bench's own, below `var`."""

    instance: Instance

    def url(self, name: str) -> str:
        """As DATABASE_URL."""
        return self.instance.places.database_url(name)

    def owner_url(self, name: str) -> str:
        """As CRM_OWNER_DATABASE_URL: who makes tables and databases."""
        return self.instance.places.database_url(name, role=OWNER_ROLE)

    def work_name(self, rows: int) -> str:
        """The copy of this run and no other."""
        return f"bench_work_{rows}_{os.getpid()}"

    def base(self, rows: int) -> str:
        """The template of this size, made where there is none for the schema of now."""
        name = f"bench_base_{rows}_{_schema_mark()}"
        with self.connect() as connection:
            if self._is_template(connection, name):
                return name
            self._drop_others(connection, rows)
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            started = time.monotonic()
            sys.stderr.write(f"Making the base of {rows:,} customers (once; at a million it takes half an hour).\n")
            _manage(self.url(name), self.owner_url(name), ["migrate"])
            with psycopg.connect(self.owner_url(name), autocommit=True) as inside:
                with without_foreign_keys(inside), without_search_indexes(inside):
                    load = ["load_demo", "--customers", str(rows), "--seed", SEED, "--until", UNTIL]
                    _manage(self.url(name), self.owner_url(name), load)
                add_opens(inside, rows, UNTIL)
                inside.execute("VACUUM ANALYZE")  # as a database is that has been up for a day
                inside.execute("CHECKPOINT")
            connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name)))
            sys.stderr.write(f"Made in {time.monotonic() - started:,.0f} s.\n")
        return name

    @contextmanager
    def work(self, rows: int) -> Iterator[str]:
        """A copy to measure on and to write into; dropped at the end."""
        base, name = self.base(rows), self.work_name(rows)
        with self.connect() as connection:
            self._drop_left_over(connection)
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(base)
                )
            )
        try:
            yield name
        finally:
            with self.connect() as connection:
                _drop(connection, name)

    def connect(self) -> psycopg.Connection:
        """To the server, in autocommit."""
        return psycopg.connect(self.owner_url("postgres"), autocommit=True)

    def _is_template(self, connection: psycopg.Connection, name: str) -> bool:
        found = connection.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is not None and not found[0]:
            _drop(connection, name)  # its making was broken off
        return bool(found and found[0])

    def _drop_left_over(self, connection: psycopg.Connection) -> None:
        """Copies of runs that were killed: as large as their bases, and nobody's."""
        for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall():
            if name.startswith("bench_work_") and not Path(f"/proc/{name.rpartition('_')[2]}").exists():
                _drop(connection, name)

    def _drop_others(self, connection: psycopg.Connection, rows: int) -> None:
        """Bases of this size with another schema."""
        for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall():
            if name.startswith(f"bench_base_{rows}_"):
                _drop(connection, name)


@contextmanager
def without_foreign_keys(connection: psycopg.Connection) -> Iterator[None]:
    """A load looks up each row that a new one names; made afterwards, a foreign key checks all rows by one join."""
    found = connection.execute(
        "SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint AS k"
        " JOIN pg_class AS c ON c.oid = k.conrelid"
        " WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND k.conparentid = 0"
    ).fetchall()
    for table, name, _ in found:
        connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(*map(sql.Identifier, (table, name))))
    yield
    for table, name, definition in found:
        make = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(*map(sql.Identifier, (table, name)))
        connection.execute(make + sql.SQL(definition))


@contextmanager
def without_search_indexes(connection: psycopg.Connection) -> Iterator[None]:
    """Word indexes cost most of a load; made afterwards, in one go, they are the same."""
    found = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '% USING gin %'"
    ).fetchall()
    for name, _ in found:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    connection.execute("SET maintenance_work_mem = '1GB'")
    for _, definition in found:
        connection.execute(definition)


def _drop(connection: psycopg.Connection, name: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if found:
        connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(name)))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _manage(url: str, owner_url: str, words: list[str]) -> None:
    command = [sys.executable, "-m", "django", *words, "--verbosity", "0"]
    environment = {**os.environ, "DATABASE_URL": url, "CRM_OWNER_DATABASE_URL": owner_url}
    made = subprocess.run(command, env=environment, cwd=TOP, capture_output=True, text=True)  # noqa: PLW1510
    if made.returncode:
        raise RuntimeError(f"The base cannot be made ({' '.join(words)}):\n{made.stderr}")


def _schema_mark() -> str:
    files = [*sorted(TOP.glob("*/migrations/*.py")), TOP / "bench" / "touches.py"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
