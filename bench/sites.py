"""Web servers of a measurement, as the product starts them, and a signed-in visitor with a kept connection."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crm.serving.site import commands

START_SECONDS = 60.0
HOST = "127.0.0.1"


class BenchError(RuntimeError):
    """A page did not answer as it must: nothing can be said about its speed."""


@dataclass
class Visitor:
    """Somebody signed in (`credentials` are headers: a cookie or a token), over one kept connection."""

    port: int
    credentials: dict[str, str]
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(HOST, self.port, timeout=120)

    def get(self, path: str, *, headers: dict[str, str] | None = None) -> bytes:
        """The page. Raises BenchError where it is not a 200."""
        try:
            self.connection.request("GET", path, headers={**self.credentials, **(headers or {})})
            answer = self.connection.getresponse()
            content = answer.read()
        except (http.client.HTTPException, ConnectionError):  # the server closes a kept connection now and then
            self.connection.close()
            self.connection.request("GET", path, headers={**self.credentials, **(headers or {})})
            answer = self.connection.getresponse()
            content = answer.read()
        if answer.status != http.client.OK:
            raise BenchError(f"{path} answered {answer.status}: {content[:300]!r}")
        return content


@contextmanager
def serve(database_url: str, log: Path, settings: str = "crm.settings") -> Iterator[int]:
    """The product's web processes on a database, or those of other settings; the port."""
    port = _free_port()
    words = commands(port)["web"]
    if settings != "crm.settings":
        words = ["bench.floor.wsgi:application" if word == "crm.wsgi:application" else word for word in words]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "CRM_PROCESS": "web",
        "DJANGO_SETTINGS_MODULE": settings,
    }
    with log.open("ab") as output:
        process = subprocess.Popen(words, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        _wait(process, port, log)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection((HOST, port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise BenchError(f"The web server does not start:\n{log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
