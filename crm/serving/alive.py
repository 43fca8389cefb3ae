"""Whether the processes of the product live: the port of the web server, and the last sign of each worker and of beat.

It reads neither models nor pages: Docker asks every minute, of every service, and a question may not cost seconds.
"""

from __future__ import annotations

import datetime as dt
import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Sequence

from django.db import Error, connection

HOST = "127.0.0.1"
# beat rings every 20 seconds; a worker ticks while its broker answers, whatever its pool is busy with
LATE = {
    "worker": dt.timedelta(minutes=3),
    "quick": dt.timedelta(minutes=3),
    "batch": dt.timedelta(minutes=3),
    "beat": dt.timedelta(minutes=2),
}
EVERYWHERE = ("worker", "beat")  # the others are missed only where they were seen once
LAST = "SELECT now() - at FROM crm_heartbeat WHERE name = %s"


class NotAlive(Exception):
    """A process does not live; the text says what is known of it."""


def silent_for(name: str) -> dt.timedelta | None:
    """How long nothing was heard of a kind of process; None where nothing ever was."""
    with connection.cursor() as cursor:
        cursor.execute(LAST, [name])
        found = cursor.fetchone()
    return found[0] if found else None


def answers(port: int) -> bool:
    """Whether the web server of this machine answers."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def add_arguments(parser: ArgumentParser) -> None:
    """The words of `manage.py alive`."""
    parser.add_argument("process", choices=("web", *LATE))
    parser.add_argument("--port", type=int, default=8000, help="of web (default: 8000)")


def ask_alive(name: str, port: int) -> None:
    """Raise NotAlive where no such process was at work of late."""
    if name == "web":
        if not answers(port):
            raise NotAlive("The web server does not answer.")
        return
    try:
        silence = silent_for(name)
    except Error as error:
        raise NotAlive(f"The database does not answer ({type(error).__name__}).") from error
    if silence is None:
        raise NotAlive(f"Nothing was ever heard of a {name}.")
    if silence > LATE[name]:
        raise NotAlive(f"The last sign of life of a {name} is {silence.total_seconds():.0f} seconds old.")


def main(words: Sequence[str]) -> int:
    """`manage.py alive` without the rest of the product: the exit code."""
    parser = ArgumentParser(prog="manage.py alive")
    add_arguments(parser)
    asked = parser.parse_args(words)
    try:
        ask_alive(asked.process, asked.port)
    except NotAlive as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
