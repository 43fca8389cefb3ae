"""`manage.py serve`: one process group that answers, mends itself, and leaves nothing behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

import psycopg
import pytest

from crm.embedded import Instance, Server
from crm.embedded.processes import runs, wait_until
from crm.serving.group import descendants
from tests.drills.tally import size
from tests.prepared import give_database

TOP = Path(__file__).resolve().parents[2]
PARTS = {"database": "ok", "broker": "ok"}.items()
LIVES = {"worker": "ok", "quick": "ok", "beat": "ok"}.items()
SECONDS = 60  # patience on a busy machine; all of it takes a few seconds on a quiet one


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """A site in a folder of its own, started by `make` as people do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None
        self.more: dict[str, str] = {}

    def start(self, **more: str) -> None:
        self.more = more
        strange = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL"}
        environment = {name: value for name, value in os.environ.items() if name not in strange}
        self.process = subprocess.Popen(
            # a shell has what it starts in the background ignore Ctrl-C, and so would a make under such a run of tests
            ["env", "--default-signal=INT", "make", "run", f"PORT={self.port}"],
            env={**environment, "CRM_VAR": str(self.folder), "CRM_DEMO": "0", **more},
            cwd=TOP,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        for line in self.process.stdout:
            if line == f"CRM ready: http://127.0.0.1:{self.port}\n":
                # what nobody reads fills the pipe, and every process of the site waits for room in it
                threading.Thread(target=self._read_on, args=[self.process.stdout], daemon=True).start()
                return
        raise AssertionError("the site ended before it was ready")

    def _read_on(self, told: IO[str]) -> None:
        for _ in told:
            pass

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read()

    def parts(self) -> dict[str, str]:
        """What `/readyz` says of each part, whatever its status."""
        try:
            return json.loads(self.get("/readyz"))
        except urllib.error.HTTPError as error:
            return json.loads(error.read())

    def manage(self, *words: str) -> str:
        environment = {**os.environ, **self.more, "CRM_VAR": str(self.folder), "DJANGO_SETTINGS_MODULE": "crm.settings"}
        command = [sys.executable, "-W", "ignore", "-m", "django", *words]
        return subprocess.run(command, env=environment, cwd=TOP, check=True, capture_output=True, text=True).stdout

    def ask(self, query: str) -> list[tuple]:
        with psycopg.connect(Instance(self.folder).places.database_url()) as line:
            return line.execute(query).fetchall()

    def answers(self) -> bool:
        try:
            return self.get("/healthz") == b"ok\n"
        except OSError:
            return False

    def children(self, word: str) -> list[int]:
        return [pid for pid in descendants(self.process.pid) if runs(pid, word)]

    def left(self) -> list[str]:
        """The command lines of what lives of the group and of the servers."""
        self.process.poll()  # takes the zombie away
        instance = Instance(self.folder)
        servers = [f"{server}" for server in (instance.postgres, instance.valkey) if server.pid is not None]
        processes = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        return servers + [line for pid in processes if (line := self._line(pid))]

    def assert_all_ends(self) -> None:
        wait_until(lambda: self.left() == [], SECONDS, step=0.1)
        assert self.left() == []

    def _line(self, pid: int) -> str:
        try:
            is_ours = os.getpgid(pid) == self.process.pid
            return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") if is_ours else ""
        except (ProcessLookupError, FileNotFoundError):
            return ""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One folder for all sites, migrated; a first start from nothing is that of every run of tests: its template."""
    folder = Path(tempfile.mkdtemp(prefix="crm-serve-"))
    give_database(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def site(folder) -> Iterator[Site]:
    site = Site(folder)
    yield site
    if site.process is not None and site.process.poll() is None:
        os.killpg(site.process.pid, signal.SIGKILL)
    Instance(folder).stop()


def interrupt_group(site: Site) -> None:
    os.killpg(site.process.pid, signal.SIGINT)


def lives_anew(server: Server, killed: int) -> bool:
    return server.pid not in (None, killed)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_site_serves_mends_itself_and_ends_with_ctrl_c(site):
    site.start()
    assert set(PARTS) <= site.parts().items()
    assert site.get("/static/vendor/htmx.min.js") != b""
    worker, *_ = site.children("worker")
    os.kill(worker, signal.SIGKILL)
    assert wait_until(lambda: site.children("worker") not in ([], [worker]), SECONDS, step=0.1)
    servers = Instance(site.folder)
    for server, how in ((servers.valkey, signal.SIGKILL), (servers.postgres, signal.SIGQUIT)):
        killed = server.pid
        os.kill(killed, how)
        assert wait_until(partial(lives_anew, server, killed), SECONDS, step=0.1)
    assert wait_until(lambda: set(PARTS) <= site.parts().items(), SECONDS, step=0.5)
    interrupt_group(site)
    site.assert_all_ends()


@pytest.fixture
def broker(tmp_path) -> Iterator[Instance]:
    """A broker that is not the site's own."""
    instance = Instance(tmp_path)
    instance.start_valkey()
    yield instance
    instance.stop()


@pytest.mark.slow
@pytest.mark.drill
def test_work_goes_on_by_itself_after_the_broker_was_away(site, broker, tally):
    site.start(REDIS_URL=broker.places.broker_url())
    assert wait_until(lambda: set(LIVES) <= site.parts().items(), SECONDS, step=0.5)
    os.kill(broker.valkey.pid, signal.SIGKILL)
    time.sleep(size(3, 30))
    assert site.parts()["broker"] == "failing"
    ask = "from crm.jobs import start_job; start_job(actor=None, kind='tidying', title='Asked for meanwhile')"
    site.manage("shell", "--no-imports", "-c", ask)
    site.ask("UPDATE crm_heartbeat SET at = at - interval '1 hour' RETURNING name")
    parts = site.parts()  # beat lives and rings, whoever hears it
    assert (parts["worker"], parts["quick"]) == ("late", "late")
    broker.start_valkey()
    assert wait_until(lambda: site.ask("SELECT state FROM crm_jobrun") == [("done",)], 3 * SECONDS, step=0.5)
    assert wait_until(lambda: {*LIVES, *PARTS} <= site.parts().items(), 2 * SECONDS, step=0.5)
    tally.add(faults=1)
    assert tally.compare(["job"], ["job"]) == (0, 0)
    os.kill(site.process.pid, signal.SIGKILL)
    site.assert_all_ends()


@pytest.mark.slow
def test_nothing_is_left_when_only_make_is_told_to_end(site):
    """And where make is killed: at the end of the test above."""
    site.start()
    os.kill(site.process.pid, signal.SIGINT)
    site.assert_all_ends()


def test_a_taken_port_is_said_in_a_sentence_and_nothing_is_started(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        started = time.monotonic()
        serve = subprocess.run(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            env={**os.environ, "CRM_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "crm.settings"},
            cwd=TOP,
            capture_output=True,
            text=True,
            check=False,
        )
    assert serve.returncode == 1
    assert serve.stderr == (
        f"CommandError: Port {port} is in use by another program: choose another, `make run PORT=8001`.\n"
    )
    assert not (tmp_path / "pg").exists()
    assert time.monotonic() - started < SECONDS
