"""From nothing to a site that answers, and back to nothing."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.db import connections

from crm.embedded import Instance, Server, ServiceError
from crm.serving.alive import HOST, answers
from crm.serving.group import LONGEST_PAUSE, Child, Group
from crm.serving.parent import Parent
from crm.serving.static import collect_if_changed

STOP_SECONDS = 15.0
LOOK_EVERY = 0.2
MORE = {
    "beat": {"CELERY_SKIP_CHECKS": "1"},  # draws no page, so it need not read all of them first
    "worker": {"CRM_GIVES_WAY": "1"},  # takes long jobs, too
}
QUIET_ROOT = "ignore:You're running the worker:UserWarning"  # Celery's word to root; tasks are JSON, never pickle


class PortTaken(Exception):
    """Another program listens on the port."""


class Stop(KeyboardInterrupt):
    """Somebody wants the site to end; no `except Exception` on the way may swallow it."""


@dataclass
class Kept:
    """A server that this process started, and so keeps running."""

    server: Server
    name: str
    start: Callable[[], bool]
    due_at: float = 0.0

    def revive(self) -> None:
        """Start it again when it has died. One that will not start is tried again after a while."""
        if time.monotonic() < self.due_at or self.server.pid is not None:
            return
        sys.stderr.write(f"{self.name} ended; it starts again\n")
        try:
            self.start()
        except ServiceError as error:
            sys.stderr.write(f"{error}\n")
            self.due_at = time.monotonic() + LONGEST_PAUSE


def serve(port: int) -> None:
    """Start everything, say so, keep it running, and stop what was started when a signal asks for it.

    Raises PortTaken before anything is started.
    """
    _refuse_taken(port)
    instance = Instance(settings.CRM_VAR)
    group = Group(_children(port))
    ours: list[Kept] = []
    _listen_for_signals()
    try:
        if not settings.CRM_DATABASE_URL and instance.start_postgres():
            ours.append(Kept(instance.postgres, "pg", instance.start_postgres))
        if not settings.CRM_REDIS_URL and instance.start_valkey():
            ours.append(Kept(instance.valkey, "valkey", instance.start_valkey))
        prepare()
        group.start()
        _run(group, ours, port, Parent())
    except Stop:
        pass  # asked for: the rest of this function is the answer
    finally:
        _ignore_signals()
        sys.stdout.write("Stopping.\n")
        sys.stdout.flush()
        group.stop(STOP_SECONDS)
        connections.close_all()
        for kept in reversed(ours):
            instance.stop_one(kept.server, kept.name)


def prepare() -> None:
    """Bring the database, the demo data of a first start and the static files up to date."""
    call_command("migrate", interactive=False, verbosity=0)
    if os.environ.get("CRM_DEMO", "1") != "0" and "load_demo" in get_commands() and not _has_people():
        sys.stdout.write("First start: making the demo company (CRM_DEMO=0 leaves it out).\n")
        sys.stdout.flush()
        call_command("load_demo", verbosity=0, later=True)
    if not settings.DEBUG:
        collect_if_changed()
    connections.close_all()


def _has_people() -> bool:
    return get_user_model()._default_manager.exists()


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} is in use by another program: choose another, `make run PORT=8001`."
            ) from error


def commands(port: int) -> dict[str, list[str]]:
    """The words that start each process of the product, by the name of the process (its CRM_PROCESS)."""
    web = f"--bind {HOST}:{port} --worker-class gthread --workers 2 --threads 4 --graceful-timeout 10 --timeout 60"
    web += " --no-control-socket --log-level warning --limit-request-line 8190"  # filters stand in addresses
    web += " --reload" if settings.DEBUG else " --preload"
    queues = ",".join(settings.CRM_QUEUES)
    quiet = "--loglevel WARNING --without-gossip --without-mingle"
    worker = f"-c 2 -Q {queues} -n worker@%h {quiet}"
    # takes short work only: two long imports fill the other worker, and nobody waits for them
    quick = f"-c 1 -Q {','.join(settings.CRM_QUICK_QUEUES)} -n quick@%h {quiet}"
    beat = "-S celery.beat:Scheduler --pidfile= --loglevel WARNING"
    words = {
        "web": ["gunicorn", "crm.wsgi:application", *web.split()],
        "worker": ["celery", "--quiet", "-A", "crm", "worker", *worker.split()],
        "quick": ["celery", "--quiet", "-A", "crm", "worker", *quick.split()],
        "beat": ["celery", "--quiet", "-A", "crm", "beat", *beat.split()],
    }
    return {name: [sys.executable, "-W", QUIET_ROOT, "-m", *line] for name, line in words.items()}


def _children(port: int) -> list[Child]:
    return [
        Child(name, words, {"CRM_PROCESS": name, "DJANGO_SETTINGS_MODULE": "crm.settings", **MORE.get(name, {})})
        for name, words in commands(port).items()
    ]


def _run(group: Group, ours: list[Kept], port: int, parent: Parent) -> None:
    """Until Stop: look at servers, children and parent, and say once that the site answers."""
    is_announced = False
    while not parent.has_ended():
        for kept in ours:
            kept.revive()
        group.revive()
        if not is_announced and answers(port):
            is_announced = True
            sys.stdout.write(f"CRM ready: http://{HOST}:{port}\n")
            sys.stdout.flush()
        time.sleep(LOOK_EVERY)


def _listen_for_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        raise Stop

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
