"""Processes that fetch and work on mails are killed at every line: none is lost, none is taken twice (R18).

Short in the suite, 10,000 mails in `make drills`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings as django_settings
from django.db import connection

from contacts.models import Interaction
from crm.incoming.actions import create_mailbox
from crm.models import IncomingMail
from tests.drills.tally import size
from tests.factories import make_contact
from tests.incoming.conftest import letter
from tests.incoming.imap_server import PASSWORD, ImapServer

MAILS = size(24, 10_000)
FAULTS = (
    "incoming.before_taken=kill@3",
    "incoming.taken=kill@4",
    "incoming.before_work=kill@2",
    "incoming.before_commit=kill@3",
    *(() if size(1, 0) else ("after=3.0", "after=9.0", "after=20.0")),
)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.drill, pytest.mark.timeout(size(900, 3_600))]


def test_every_mail_of_a_mailbox_is_taken_once_whoever_dies(settings, tally):
    mia = make_contact(name="Mia Keller", emails=("mia@example.com",))
    with ImapServer() as server:
        wanted = [f"Mail {number}" for number in range(MAILS)]
        for subject in wanted:
            server.add(letter(subject=subject))
        place = {"host": "127.0.0.1", "port": server.port, "security": "none", "fetches_old": True}
        box = create_mailbox(
            actor=None, fields={"name": "Help", "address": "help@crm.example", **place}, password=PASSWORD
        )
        ended = run(box.pk, [*FAULTS, ""])
    found = list(IncomingMail.objects.values_list("subject", flat=True))
    lost, doubled = tally.compare(wanted, found)
    kills = Counter(ended)[-signal.SIGKILL]
    tally.add(faults=kills)
    assert (lost, doubled, ended[-1]) == (0, 0, 0)
    assert kills == len(FAULTS)
    assert set(IncomingMail.objects.values_list("state", flat=True)) == {"done"}
    told = Interaction.objects.filter(contact=mia).count()
    # of one sender's flood the first fifty of an hour are told
    assert told == IncomingMail.objects.filter(outcome="interaction").count() == min(MAILS, 50)


def run(mailbox_id: int, faults: list[str]) -> list[int]:
    """How the processes ended, one after the other, each with its fault."""
    environment = {
        **os.environ,
        "DATABASE_URL": django_settings.PLACES.database_url(connection.settings_dict["NAME"]),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "CRM_PROCESS": "worker",
        "CRM_MAIL_HOSTS": "127.0.0.1",
    }
    command = [sys.executable, "-m", "tests.incoming.worker", str(mailbox_id), *faults]
    ended = subprocess.run(
        command, env=environment, timeout=size(800, 3_400), check=True, capture_output=True, text=True
    )
    return [int(line) for line in ended.stdout.split()]
