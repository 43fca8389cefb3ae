"""The whole product in processes of its own: PostgreSQL, Valkey, gunicorn, both workers, beat, and a mail server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
from django.conf import settings
from django.db import connection
from django.test import override_settings

from crm.actions import save_user
from crm.celery import app
from crm.embedded import Instance, Server
from crm.embedded.places import OWNER_ROLE
from crm.serving.site import MORE, commands
from tests.drills.person import Person
from tests.mail.sink import Sink
from tests.prepared import give_database

TOP = Path(__file__).resolve().parents[2]
SETTINGS = "tests.drills.settings"
PROCESSES = ("web", "worker", "quick", "beat")
PATIENCE = 3  # a machine that is busy with other things takes longer; a drill that goes well waits no longer for it
PASSWORD = "a drill's password"
# not from the settings of the drills, which are another process's
POISON = {kind: f"tests.drills.poison.{kind}" for kind in ("die", "wait")}
Condition = Callable[[], Any]


class Stack:
    """Started once a run. `faults` counts what was done to it."""

    def __init__(self, folder: Path) -> None:
        self.instance = Instance(folder / "var")
        self.log = folder / "log"
        self.sink = Sink()
        self.port = _free_port()
        self.faults = 0
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._kinds: dict[str, str] = {}

    def start_all(self) -> None:
        """From nothing to a product with three people in it that answers."""
        self.sink.__enter__()
        give_database(self.instance.places.var)
        self.instance.start_postgres()
        self.instance.start_valkey()
        with self.at_hand():
            for role in ("admin", "manager", "rep"):
                save_user(actor=None, email=f"{role}@drill.example", role=role, password=PASSWORD)
        for name in PROCESSES:
            self.start(name)
        self.wait_for(lambda: self.person().ask("GET", "/healthz").status == 200)

    def end_all(self) -> None:
        """No process stays."""
        for name in list(self._running):
            self.end(name, signal.SIGKILL, is_fault=False)
        self.instance.stop()
        self.sink.__exit__()

    # --- processes ---
    def start(self, name: str, failpoints: str = "", *, again: str = "") -> None:
        """Start one of PROCESSES; `again` gives a second one of the same kind a name of its own."""
        key = again or name
        assert key not in self._running, f"{key} runs already"
        self._kinds[key] = name
        with (self.log.with_name(f"{key}.log")).open("ab") as output:
            self._running[key] = subprocess.Popen(
                commands(self.port)[name],
                env={**self.environment, "CRM_PROCESS": name, "CRM_FAILPOINTS": failpoints, **MORE.get(name, {})},
                cwd=TOP,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def end(self, name: str, how: signal.Signals = signal.SIGKILL, *, is_fault: bool = True) -> None:
        """End a process with everything below it; by SIGTERM as a deployment does."""
        process = self._running.pop(name)
        self.faults += is_fault
        if how == signal.SIGTERM:
            process.terminate()
            process.wait(30)
        _kill_group(process.pid)
        process.wait()

    def restart(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End it and start the next one."""
        self.end(name, how)
        self.start(name)

    def child_of(self, name: str) -> int:
        """A process below it: one of a pool."""
        pid = self._running[name].pid
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(words[-1])

    def revive(self) -> None:
        """Start again what died by itself, as `manage.py serve` and the compose file do.

        Celery's worker now and then ends with an error of its own when it loses its broker at a bad moment.
        """
        for key, process in list(self._running.items()):
            if process.poll() is not None:
                self._running.pop(key)
                self.start(self._kinds[key], again=key)

    # --- servers ---
    @contextmanager
    def frozen(self, server: Server) -> Iterator[None]:
        """A server that lives and answers nobody."""
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        self.faults += 1
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def gone(self, server: Server, name: str) -> Iterator[None]:
        """A server that was killed; started again at the end."""
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGQUIT if name == "pg" else signal.SIGKILL)  # PostgreSQL: as pg_ctl stop -m immediate
        self.faults += 1
        self.wait_for(lambda: server.pid is None)
        try:
            yield
        finally:
            (self.instance.start_postgres if name == "pg" else self.instance.start_valkey)()

    def forget_queues(self) -> None:
        """FLUSHALL: the broker has lost what it held."""
        self.faults += 1
        with app.connection_for_write() as line:
            line.default_channel.client.flushall()

    # --- looking in ---
    @property
    def environment(self) -> dict[str, str]:
        """What every process is told."""
        return {
            **os.environ,
            "CRM_VAR": str(self.instance.places.var),
            "DATABASE_URL": self.instance.places.database_url(),
            "CRM_OWNER_DATABASE_URL": self.instance.places.database_url(role=OWNER_ROLE),
            "REDIS_URL": self.instance.places.broker_url(),
            "CRM_SECRET_KEY": settings.SECRET_KEY,  # they read the passwords that a drill gives to mailboxes
            "CRM_MAIL_HOSTS": "127.0.0.1",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "DJANGO_SETTINGS_MODULE": SETTINGS,
        }

    def manage(self, *words: str) -> str:
        """A command, in a process of its own; what it said."""
        command = [sys.executable, "-W", "ignore", "-m", "django", *words]
        made = subprocess.run(command, env=self.environment, cwd=TOP, capture_output=True, text=True, check=False)
        assert made.returncode == 0, f"{words}: {made.stderr}"
        return made.stdout

    def person(self, role: str = "") -> Person:
        """Somebody with a browser; signed in, if a role is given."""
        person = Person(self.port)
        if role:
            person.sign_in(f"{role}@drill.example", PASSWORD)
        return person

    def wait_for(self, condition: Condition, seconds: float = 60.0) -> None:
        """Until it holds. Raises AssertionError with the ends of the logs."""
        end = time.monotonic() + PATIENCE * seconds
        while not _holds(condition):
            self.revive()
            if time.monotonic() > end:
                said = {path.name: path.read_text()[-1500:] for path in self.log.parent.glob("*.log")}
                raise AssertionError(f"It did not happen within {PATIENCE * seconds:.0f} s: {said}")
            time.sleep(0.1)

    @contextmanager
    def at_hand(self) -> Iterator[None]:
        """This process's models and tasks on the stack's database and broker."""
        was_settings, was_broker = connection.settings_dict, app.conf.broker_url
        connection.close()
        connection.settings_dict = {**was_settings, **environ.Env.db_url_config(self.environment["DATABASE_URL"])}
        self._tell(self.environment["REDIS_URL"])
        given: dict[str, Any] = settings.STORAGES
        default = given["default"]
        uploads = {**default["OPTIONS"], "location": self.instance.places.var / "uploads"}
        storages = {**given, "default": {**default, "OPTIONS": uploads}}
        try:
            with override_settings(STORAGES=storages, CRM_JOBS=settings.CRM_JOBS | POISON):
                yield
        finally:
            connection.close()
            connection.settings_dict = was_settings
            self._tell(was_broker)

    def _tell(self, broker_url: str) -> None:
        app.conf.update(broker_url=broker_url)
        app._pool = app.amqp._producer_pool = None  # both keep connections to the address before


def _holds(condition: Condition) -> bool:
    """Whether it holds now; a server that is away counts as no."""
    try:
        return bool(condition())
    except (OSError, Exception) as error:
        if isinstance(error, AssertionError):
            raise
        connection.close()
        return False


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
