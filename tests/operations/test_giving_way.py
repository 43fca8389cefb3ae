"""Long work gives way to people: its own process, and what its connections do in PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from analytics.management.commands.analyze import Command as Analyze
from crm.giving_way import NICENESS
from crm.management.commands.export_data import Command as ExportData
from crm.management.commands.import_data import Command as ImportData

OWN_SESSION = Path("/proc/self/autogroup")
SESSIONS_COMPETE = OWN_SESSION.exists() and bool(OWN_SESSION.read_text().strip())
ASK = """
import os, django
django.setup()
from django.db import connection
from crm.giving_way import give_way
connection.ensure_connection()
{give_way}
def both():
    connection.ensure_connection()
    return os.getpriority(os.PRIO_PROCESS, 0), os.getpriority(os.PRIO_PROCESS, connection.connection.info.backend_pid)
first = both()
connection.close()
print(*first, *both())
"""
ASK_SESSION = """
import os, django
from pathlib import Path
django.setup()
from django.db import connection
from crm.giving_way import give_way, session_gives_way
{leads}
def session(pid):
    return Path(f"/proc/{{pid}}/autogroup").read_text().split()[-1]
session_gives_way()
first, own = session(os.getpid()), os.getpriority(os.PRIO_PROCESS, 0)
give_way()
connection.ensure_connection()
print(first, own, session(os.getpid()), session(connection.connection.info.backend_pid))
"""
ASK_HELPERS = """
import django
django.setup()
from django.db import connection
import crm.giving_way
crm.giving_way.FEW = {few}
crm.giving_way.give_way()
with connection.cursor() as cursor:
    for kind in ("workers_per_gather", "maintenance_workers"):
        print(cursor.execute(f"SHOW max_parallel_{{kind}}").fetchone()[0])
"""


def numbers(program: str) -> list[int]:
    """What a program of its own, with a connection to the database of the test, prints."""
    url = settings.PLACES.database_url(connection.settings_dict["NAME"])
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [int(word) for word in answer.stdout.split()]


@pytest.mark.django_db
def test_a_process_of_long_work_and_its_connections_run_behind_others():
    assert numbers(ASK.format(give_way="")) == [os.getpriority(os.PRIO_PROCESS, 0)] * 4
    assert numbers(ASK.format(give_way="give_way()")) == [NICENESS] * 4


@pytest.mark.skipif(not SESSIONS_COMPETE, reason="no sessions in the schedule of this machine")
@pytest.mark.django_db
def test_where_sessions_compete_those_of_long_work_come_last():
    own = os.getpriority(os.PRIO_PROCESS, 0)
    # a process that shares a session with others does not slow them down
    assert numbers(ASK_SESSION.format(leads="")) == [0, own, 0, NICENESS]
    assert numbers(ASK_SESSION.format(leads="os.setsid()")) == [NICENESS, own, NICENESS, NICENESS]


@pytest.mark.django_db
def test_on_few_processors_its_statements_and_indexes_are_made_without_helpers():
    assert numbers(ASK_HELPERS.format(few=os.cpu_count())) == [0, 0]
    assert numbers(ASK_HELPERS.format(few=0)) == [2, 2]  # as PostgreSQL has it


@pytest.mark.parametrize("command", [Analyze, ImportData, ExportData])
def test_commands_that_take_long_are_among_them(command):
    assert command.is_long
