"""What a row gets: the databases, the sites on them, somebody signed in, and who to look at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from django.test import Client
from psycopg.sql import Composable

from bench.base import Databases
from bench.sites import BenchError, Visitor, serve
from crm.catalogue import api_areas
from crm.models import User
from crm.rest.actions import issue_token

MANAGER, REP = "manager@example.com", "rep@example.com"


@dataclass
class World:
    """One run. Everything is made when a row first asks for it; `stack` takes it down again. `grown`: to so many deals
    and leads the rows that measure them add."""

    rows: int
    databases: Databases
    folder: Path
    stack: ExitStack
    grown: int
    _visitors: dict[Any, Visitor] = field(default_factory=dict)

    @property
    def small_rows(self) -> int:
        """A tenth: what the growth of a page is measured from."""
        return self.rows // 10

    @cached_property
    def port(self) -> int:
        """The product on the base of this run."""
        return self._serve(self.databases.work_name(self.rows))

    @cached_property
    def small_port(self) -> int:
        """The product on a base a tenth as large."""
        return self._serve(self.stack.enter_context(self.databases.work(self.small_rows)))

    @cached_property
    def floor_port(self) -> int:
        """The bare pages on the base of this run."""
        return self._serve(self.databases.work_name(self.rows), "bench.floor.settings")

    def as_owner(self) -> psycopg.Connection:
        """A connection of the owner of the tables to the base of this run, in autocommit."""
        return psycopg.connect(self.databases.owner_url(self.databases.work_name(self.rows)), autocommit=True)

    def visitor(self, port: int, email: str = MANAGER) -> Visitor:
        """Somebody signed in at a site, with a connection of their own."""
        return self._visitor(port, (port, email), lambda: {"Cookie": cookie_of(email)})

    def caller(self, port: int) -> Visitor:
        """A program with a token of the manager."""
        return self._visitor(port, (port, "token"), lambda: {"Authorization": f"Bearer {token_of(MANAGER)}"})

    def _visitor(self, port: int, key: tuple[int, str], sign_in: Callable[[], dict[str, str]]) -> Visitor:
        if key not in self._visitors:
            is_small = "small_port" in self.__dict__ and port == self.small_port
            database = self.databases.work_name(self.small_rows if is_small else self.rows)
            with pointed_at(database):
                self._visitors[key] = Visitor(port, sign_in())
        return self._visitors[key]

    def fresh_visitor(self, port: int, email: str = MANAGER) -> Visitor:
        """The same person over a connection of its own: for clients that ask at once."""
        return Visitor(port, self.visitor(port, email).credentials)

    def _serve(self, database: str, settings: str = "crm.settings") -> int:
        url = self.databases.url(database)
        return self.stack.enter_context(serve(url, self.folder / f"{settings}.log", settings))


def cookie_of(email: str) -> str:
    """The cookies of a new session in the database that we are pointed at."""
    client = Client()
    client.force_login(User.objects.get(email=email))
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def token_of(email: str) -> str:
    """The secret of a new token that may read everything, in the database that we are pointed at."""
    scopes = [scope for area in api_areas() for scope in area.scopes if scope.endswith(":read")]
    return issue_token(actor=User.objects.get(email=email), name="Bench", scopes=scopes)[1]


@contextmanager
def pointed_at(database: str) -> Iterator[None]:
    """Django's connection of this process on another database for a while."""
    was = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = was


@dataclass(frozen=True)
class Cost:
    """What one page asked of the database."""

    queries: int
    buffers: int
    slowest: str


def cost_of(path: str, email: str = MANAGER) -> Cost:
    """Count the page's queries and sum the shared buffers that EXPLAIN (ANALYZE, BUFFERS) sees for each SELECT.

    An address of the API is asked with a token.
    """
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, query: Any, params: Any, many: bool, context: Any) -> Any:
        text = (query.as_string(context["connection"].connection) if isinstance(query, Composable) else query).strip()
        if not text.startswith("EXPLAIN"):
            asked.append((text, params))
        return execute(query, params, many, context)

    client, headers = Client(), {"host": "127.0.0.1"}
    if path.startswith("/api/"):
        headers["authorization"] = f"Bearer {token_of(email)}"
    else:
        client.force_login(User.objects.get(email=email))
    for _ in range(2):  # the second one is the one that counts
        asked.clear()
        with connection.execute_wrapper(note):
            answer = client.get(path, headers=headers)
    if answer.status_code != HTTPStatus.OK:
        raise BenchError(f"{path} answered {answer.status_code}")
    buffers = [(_buffers(query, params), query) for query, params in asked if query.startswith(("SELECT", "("))]
    return Cost(len(asked), sum(count for count, _ in buffers), str(max(buffers)[1])[:300] if buffers else "")


def _buffers(query: str, params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", params)
        (found,) = cursor.fetchone()
    plan = (found if isinstance(found, list) else json.loads(found))[0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])
