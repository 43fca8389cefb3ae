"""Long work gives way to people: its own process, and what its connections do in PostgreSQL."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from analytics.management.commands.analyze import Command as Analyze
from crm.giving_way import NICENESS
from crm.management.commands.export_data import Command as ExportData
from crm.management.commands.import_data import Command as ImportData

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


def priorities(words: str) -> list[int]:
    url = settings.PLACES.database_url(connection.settings_dict["NAME"])
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK.format(give_way=words)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [int(word) for word in answer.stdout.split()]


@pytest.mark.django_db
def test_a_process_of_long_work_and_its_connections_run_behind_others():
    assert priorities("") == [os.getpriority(os.PRIO_PROCESS, 0)] * 4
    assert priorities("give_way()") == [NICENESS] * 4


@pytest.mark.parametrize("command", [Analyze, ImportData, ExportData])
def test_commands_that_take_long_are_among_them(command):
    assert command.is_long
