"""The servers of a test run: shared by the runs of one checkout, stopped by the last of them.

A database is made by migrating once into a template named after the migration files; each process copies it.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings

from crm.embedded import Instance
from crm.embedded.places import OWNER_ROLE, Places
from crm.embedded.postgres import DATABASE

TOP = Path(__file__).resolve().parent.parent
OURS = ("test_crm_", "template_crm_")


class Servers:
    """Both servers, held for the length of a run by a shared lock."""

    def __init__(self) -> None:
        self.instance = Instance(settings.CRM_VAR, volatile=True)
        self._holding = os.open(settings.CRM_VAR / "runs.lock", os.O_RDWR | os.O_CREAT, 0o600)

    def start(self) -> None:
        """Start them, or join the runs that have; the first one clears what killed runs left."""
        is_alone = self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            self.instance.start_postgres()
            self.instance.start_valkey()
            if is_alone:
                self._drop_leftovers()
        finally:
            self._lock(fcntl.LOCK_SH)

    def stop(self) -> None:
        """Stop them, when no other run holds them."""
        if self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB):
            self.instance.stop()
        os.close(self._holding)

    def template(self) -> str:
        """The name of the migrated template database, made when the migrations have changed."""
        name = f"template_crm_{migrations_mark()}"
        with self._exclusively(), self._connect() as connection:
            found = connection.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [name]).fetchone()
            if found is None or not found[0]:
                connection.execute(f"DROP DATABASE IF EXISTS {name}")
                connection.execute(f"CREATE DATABASE {name}")
                migrate(self.instance.places, name)
                connection.execute(f"ALTER DATABASE {name} IS_TEMPLATE true")
        return name

    def _lock(self, how: int) -> bool:
        try:
            fcntl.flock(self._holding, how)
        except BlockingIOError:
            return False
        return True

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        descriptor = os.open(settings.CRM_VAR / "template.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.instance.places.postgres_sockets), user="postgres", autocommit=True)

    def _drop_leftovers(self) -> None:
        keep = f"template_crm_{migrations_mark()}"
        with self._connect() as connection:
            for name, is_template in connection.execute("SELECT datname, datistemplate FROM pg_database").fetchall():
                if name.startswith(OURS) and name != keep:
                    if is_template:  # one whose dropping was broken off cannot be changed, but dropped
                        connection.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE false')
                    connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def migrations_mark() -> str:
    """Changes with any migration file."""
    files = sorted(path for path in TOP.glob("*/migrations/*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def migrate(places: Places, name: str = DATABASE) -> None:
    """Run `migrate` in a process of its own; RuntimeError with what it said when it fails."""
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    urls = {
        "DATABASE_URL": places.database_url(name),
        "CRM_OWNER_DATABASE_URL": places.database_url(name, role=OWNER_ROLE),
    }
    environment = {**os.environ, **urls, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    made = subprocess.run(command, env=environment, cwd=TOP, capture_output=True, text=True, check=False)
    if made.returncode:
        raise RuntimeError(f"The test database cannot be migrated:\n{made.stderr}")
