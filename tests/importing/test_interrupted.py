"""An import that is killed, repeated or run beside another gives what one undisturbed run gives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import connection, connections

from contacts.models import Contact
from crm.importing.engine import IMPORT_LOCK
from crm.models import LogEntry
from orders.models import Order, OrderLine
from tests.importing.tables import DATA, brought_in, counts

pytestmark = pytest.mark.django_db(transaction=True)

CDNOW = DATA / "cdnow_sample_transactions.csv"
MAPPED = ["customer_id=contact_external_id", "date=ordered_at", "cds=quantity"]
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import os, sys, pathlib, django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = os.environ["NAME"]
from tests.importing.tables import brought_in
print("ready", flush=True)
result = brought_in("orders", pathlib.Path(sys.argv[1]), sys.argv[2:])
print("done", result.counts.created, flush=True)
"""


def start_import() -> subprocess.Popen[str]:
    """An import in a process of its own, on the test's database."""
    database = connection.settings_dict
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "NAME": database["NAME"]}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(CDNOW), *MAPPED],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def rows() -> tuple[int, int, int]:
    return Contact.objects.count(), Order.objects.count(), OrderLine.objects.count()


def backends_waiting_for_the_lock() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", [IMPORT_LOCK]
        )
        return int(cursor.fetchone()[0])


def wait_until(happened, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_a_process_killed_before_the_merge_leaves_nothing_and_a_second_run_gives_all():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [IMPORT_LOCK])
        process = start_import()
        wait_until(lambda: backends_waiting_for_the_lock() == 1)
        process.send_signal(signal.SIGKILL)
        process.wait()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [IMPORT_LOCK])
    wait_until(lambda: backends_waiting_for_the_lock() == 0)
    assert rows() == (0, 0, 0)
    assert counts(brought_in("orders", CDNOW, MAPPED)) == (6919, 0, 0, 0)
    assert rows() == (2357, 6919, 6919)


@pytest.mark.parametrize("moment", [0.02, 0.15, 0.3, 0.45])
def test_a_process_killed_at_any_moment_leaves_all_or_nothing(moment):
    process = start_import()
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(nobody_else_is_working)
    assert rows() in ((0, 0, 0), (2357, 6919, 6919))
    created, updated, unchanged, rejected = counts(brought_in("orders", CDNOW, MAPPED))
    assert (created + unchanged, updated, rejected, rows()) == (6919, 0, 0, (2357, 6919, 6919))


def nobody_else_is_working() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND state <> 'idle'"
        )
        return bool(cursor.fetchone()[0] == 0)


def test_two_imports_of_one_file_at_once_give_one():
    found: list[tuple[int, int, int, int]] = []

    def work() -> None:
        try:
            found.append(counts(brought_in("orders", CDNOW, MAPPED)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [(0, 0, 6919, 0), (6919, 0, 0, 0)]
    assert rows() == (2357, 6919, 6919)
    assert LogEntry.objects.filter(verb="import").count() == 2
