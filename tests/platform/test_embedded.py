"""The embedded servers: started once, found again, killed, started again, stopped; two folders beside each other."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from crm.embedded import Instance, postgres
from crm.embedded.places import LONGEST_SOCKET_PATH
from crm.embedded.processes import wait_until

TOP = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that only its owner may pass through, with a short path, a blank and a letter outside ASCII."""
    top = Path(tempfile.mkdtemp(prefix="crm é "))
    yield top
    shutil.rmtree(top)


@pytest.fixture
def instance(folder) -> Iterator[Instance]:
    instance = Instance(folder, volatile=True)
    yield instance
    instance.stop()


def ask(instance: Instance, sql: str):
    with psycopg.connect(host=str(instance.places.postgres_sockets), user="postgres", dbname="crm") as connection:
        row = connection.execute(sql).fetchone()
        assert row is not None
        return row[0]


def test_a_second_start_finds_the_running_servers(instance):
    assert (instance.start_postgres(), instance.start_valkey()) == (True, True)
    pids = (instance.postgres.pid, instance.valkey.pid)
    assert (instance.start_postgres(), instance.start_valkey()) == (False, False)
    assert (instance.postgres.pid, instance.valkey.pid) == pids


def test_text_is_compared_by_unicode_whatever_the_environment(instance, monkeypatch):
    monkeypatch.setenv("LANG", "xx_XX.nowhere")
    instance.start_postgres()
    assert ask(instance, "SELECT upper('éöñ') || lower('ÉÀ') || ('É' ILIKE 'é')") == "ÉÖÑéàtrue"


def test_many_starters_at_once_get_one_server(folder, instance):
    def start(_: int) -> bool:
        return Instance(folder, volatile=True).start_postgres()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(start, range(6))) == [False] * 5 + [True]
    assert ask(instance, "SELECT 1") == 1


@pytest.mark.parametrize(("gibibytes", "kept"), [(1, "256MB"), (16, "2GB"), (200, "4GB")])
def test_pages_of_the_database_have_a_part_of_the_memory(folder, monkeypatch, tmp_path, gibibytes, kept):
    limit = tmp_path / "memory.max"
    limit.write_text(f"{gibibytes << 30}\n")
    monkeypatch.setattr(postgres, "MEMORY_LIMITS", (tmp_path / "max", limit))
    monkeypatch.setattr(postgres.os, "sysconf", lambda _: 1 << 19)  # a machine of 256 GiB
    instance = Instance(folder)
    try:
        instance.start_postgres()
        assert ask(instance, "SHOW shared_buffers") == kept
    finally:
        instance.stop()


def test_killed_servers_start_again_with_what_was_committed(folder, instance):
    instance = Instance(folder)  # as `make run` has it: a commit is on the disk
    instance.start_postgres()
    instance.start_valkey()
    with psycopg.connect(host=str(instance.places.postgres_sockets), user="postgres", dbname="crm") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    servers = (instance.postgres, instance.valkey)
    for server in servers:
        os.kill(server.pid, signal.SIGKILL)
    assert wait_until(lambda: [server.pid for server in servers] == [None, None], 5)
    assert (instance.start_postgres(), instance.start_valkey()) == (True, True)
    assert ask(instance, "SELECT number FROM kept") == 7


def test_a_process_with_the_number_of_a_dead_server_is_not_taken_for_it(instance):
    instance.start_postgres()
    instance.postgres.stop()
    (instance.places.postgres_data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert instance.postgres.pid is None
    assert instance.start_postgres()


def test_a_long_path_has_its_sockets_elsewhere(folder):
    instance = Instance(folder / ("long" * 30), volatile=True)
    try:
        instance.start_postgres()
        instance.start_valkey()
        assert len(os.fsencode(instance.places.valkey_socket)) <= LONGEST_SOCKET_PATH
        assert ask(instance, "SELECT 1") == 1
    finally:
        instance.stop()
        shutil.rmtree(instance.places.valkey_socket.parents[1])


def test_stopping_one_folder_leaves_its_neighbour_alone(folder):
    one, two = (Instance(folder / name, volatile=True) for name in ("one", "two"))
    try:
        for each in (one, two):
            each.start_postgres()
            each.start_valkey()
        stop = subprocess.run(
            [sys.executable, "-m", "crm.embedded", "stop"],
            env={**os.environ, "CRM_VAR": str(one.places.var)},
            cwd=TOP,
            capture_output=True,
            text=True,
            check=True,
        )
        assert (stop.stdout, stop.stderr) == ("", "")
        assert (one.postgres.pid, one.valkey.pid) == (None, None)
        assert ask(two, "SELECT 1") == 1
        assert two.valkey.pid is not None
    finally:
        one.stop()
        two.stop()


@pytest.mark.skipif(os.getuid() != 0, reason="only root makes PostgreSQL run as somebody else")
def test_as_root_only_the_servers_own_folders_are_given_away(folder, instance):
    instance.start_postgres()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_uid == 0
    assert instance.places.postgres_data.stat().st_uid != 0
