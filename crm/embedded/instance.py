"""Both servers of one folder, started and stopped under a lock, so that six starters at once get one server."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from crm.embedded.places import Places
from crm.embedded.postgres import Postgres, PostgresError
from crm.embedded.valkey import Valkey, ValkeyError

ServiceError = (PostgresError, ValkeyError)


class Server(Protocol):
    """What both servers have in common."""

    @property
    def pid(self) -> int | None:
        """The process number while it lives."""

    def start(self) -> None:
        """Start it."""

    def stop(self) -> None:
        """Stop it."""


class Instance:
    """The servers that keep their data below one folder."""

    def __init__(self, var: Path, *, volatile: bool = False) -> None:
        self.places = Places(var.resolve())
        self.postgres = Postgres(self.places, volatile=volatile)
        self.valkey = Valkey(self.places)

    def start_postgres(self) -> bool:
        """Have PostgreSQL running, with its database and its roles; True when this call started it."""
        has_started = self._start(self.postgres, "pg")
        if not has_started:  # one that an older version of the product left running may lack the second role
            self.postgres.make_database()
        return has_started

    def start_valkey(self) -> bool:
        """Have Valkey running; True when this call started it."""
        return self._start(self.valkey, "valkey")

    def stop(self) -> None:
        """Stop both servers, if they run."""
        self.stop_one(self.valkey, "valkey")
        self.stop_one(self.postgres, "pg")

    def stop_one(self, server: Server, name: str) -> None:
        """Stop one server, if it runs."""
        if server.pid is not None:
            with self._lock(name):
                server.stop()

    def _start(self, server: Server, name: str) -> bool:
        if server.pid is not None and not self._is_starting(name):
            return False
        with self._lock(name):
            if server.pid is not None:
                return False
            server.start()
            return True

    def _is_starting(self, name: str) -> bool:
        """Whether another process holds the lock now: its server has a number and may not answer yet."""
        descriptor = os.open(self._lock_file(name), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def _lock_file(self, name: str) -> Path:
        self.places.logs.mkdir(parents=True, exist_ok=True)
        return self.places.logs / f"{name}.lock"

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        descriptor = os.open(self._lock_file(name), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
