"""The compose file: each of our services starts by its command with its environment; its health check says so.

Docker itself is not here. What only Docker can show: that the image builds, that the images of others have the names,
users and programs that stand in the file, and that its networks and volumes join them.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from crm.embedded import Instance
from crm.embedded.places import OWNER_ROLE
from tests.prepared import give_database

TOP = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((TOP / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service["image"] == "crm"}
SECRET = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def test_every_service_has_a_health_check_and_is_not_root() -> None:
    for name, service in SERVICES.items():
        assert str(service["user"]).split(":")[0] not in {"", "0", "root"}, name
        assert name == "migrate" or service["healthcheck"]["test"], name
    assert "USER crm" in (TOP / "Dockerfile").read_text()


def test_no_secret_stands_in_the_file() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN", variable):
                assert SECRET.fullmatch(str(value)), (name, variable)
            assert not re.search(r"://[^@/]*:[^@/]+@", SECRET.sub("", str(value))), (name, variable)


def test_the_ports_are_for_this_machine_only() -> None:
    assert {port.split(":")[0] for service in SERVICES.values() for port in service.get("ports", [])} == {"127.0.0.1"}


def test_the_queues_of_the_workers_are_all_there_are(settings) -> None:
    commands = [SERVICES[name]["command"] for name in ("worker", "batch")]
    taken = {queue for command in commands for queue in command[command.index("-Q") + 1].split(",")}
    assert taken == set(settings.CRM_QUEUES)


class Services:
    """Our services, by their commands, beside the embedded servers."""

    def __init__(self, folder: Path) -> None:
        self.instance = Instance(folder)
        self.folder = folder
        self.port = 8000 + os.getpid() % 20_000 + 10_000
        self.running: list[subprocess.Popen[bytes]] = []

    def environment(self, name: str) -> dict[str, str]:
        """As the file says; only where the servers are is another matter here."""
        said = {key: filled_in(str(value)) for key, value in SERVICES[name]["environment"].items()}
        places = self.instance.places
        here = {"DATABASE_URL": places.database_url(), "REDIS_URL": places.broker_url(), "CRM_VAR": str(self.folder)}
        if "CRM_OWNER_DATABASE_URL" in said:
            here["CRM_OWNER_DATABASE_URL"] = places.database_url(role=OWNER_ROLE)
        settings = {
            "DJANGO_SETTINGS_MODULE": "crm.settings",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("CRM_", "DJANGO_"))}
        return {**kept, **said, **here, **settings}

    def words(self, words: list[str]) -> list[str]:
        return [word.replace("0.0.0.0:8000", f"127.0.0.1:{self.port}") for word in words]

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running.append(
                subprocess.Popen(
                    self.words(SERVICES[name]["command"]),
                    env=self.environment(name),
                    cwd=TOP,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def run(self, name: str, words: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, env=self.environment(name), cwd=TOP, capture_output=True, text=True, timeout=120, check=False
        )

    def health(self, name: str) -> subprocess.CompletedProcess[str]:
        kind, *words = SERVICES[name]["healthcheck"]["test"]
        assert kind == "CMD"
        return self.run(name, [*words, *(["--port", str(self.port)] if name == "web" else [])])

    def end(self) -> None:
        for process in self.running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.instance.stop()


def filled_in(value: str) -> str:
    """With what .env would say: a value of its own for each variable that the file asks for."""
    return SECRET.sub(lambda found: found[3] if found[2] == "-" else f"{found[1].lower()}-0123456789" * 3, value)


@pytest.fixture
def services(tmp_path) -> Iterator[Services]:
    found = Services(tmp_path / "var")
    found.folder.mkdir()
    give_database(found.folder)  # a first start from nothing is that of every run of tests: its template
    found.instance.start_postgres()
    found.instance.start_valkey()
    try:
        yield found
    finally:
        found.end()


@pytest.mark.timeout(400)
def test_each_service_starts_by_its_command_and_its_health_check_says_so(services) -> None:
    migrated = services.run("migrate", SERVICES["migrate"]["command"])
    assert migrated.returncode == 0, migrated.stderr
    assert services.health("worker").returncode == 1, "said to be well before it was started"
    for name in sorted(OURS - {"migrate"}):
        services.start(name)
    left, end = ["web", "worker", "batch", "beat"], time.monotonic() + 240
    while left and time.monotonic() < end:
        time.sleep(3)
        left = [name for name in left if services.health(name).returncode]
    assert left == [], {name: (services.folder / f"{name}.log").read_text()[-800:] for name in left}
    assert {process.poll() for process in services.running} == {None}
