"""A real Celery worker for a test."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import connection

from crm.celery import app
from crm.embedded import Instance

READY_SECONDS = 30.0


class Worker:
    """Runs for the length of a `with`, on the test's database and a Valkey of its own."""

    def __init__(self, folder: Path) -> None:
        self.instance = Instance(folder)
        self.broker_url = self.instance.places.broker_url()
        self.log = folder / "worker.log"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._was = app.conf.broker_url
        self._use(self.broker_url)
        self.instance.start_valkey()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._use(self._was)
        self.instance.stop()

    def start(self) -> None:
        """Start the worker and wait until it takes tasks. Raises RuntimeError with its log."""
        readies = self._readies() + 1
        words = "-c 1 -Q interactive,mail,batch --without-gossip --without-mingle --loglevel INFO"
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "crm", "worker", *words.split()],
                env=self._environment(),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        end = time.monotonic() + READY_SECONDS
        while self._readies() < readies:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"The worker does not start:\n{self.log.read_text()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End worker and children at once, as a lost machine would."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """End it as a deployment does; kill it when it does not end."""
        self._signal(signal.SIGTERM)

    def wait_for(self, condition, seconds: float = 30.0) -> None:
        """Wait until `condition()` holds. Raises AssertionError with the worker's log."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                said = self.log.read_text()
                raise AssertionError(f"It did not happen within {seconds:.0f} s. The worker said:\n{said}")
            time.sleep(0.05)

    def _readies(self) -> int:
        return self.log.read_bytes().count(b" ready.") if self.log.exists() else 0

    def _environment(self) -> dict[str, str]:
        url = settings.PLACES.database_url(connection.settings_dict["NAME"])
        own = {"DATABASE_URL": url, "REDIS_URL": self.broker_url, "CRM_PROCESS": "worker"}
        return {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "tests.settings"}

    def _signal(self, what: signal.Signals) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, what)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _use(self, url: str) -> None:
        """Send this process's tasks to `url`."""
        app.conf.update(broker_url=url)
        app._pool = app.amqp._producer_pool = None  # both keep connections to the address before
