"""Workers that make mailed dashboards are killed at each place: nobody gets one twice, nobody gets none."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from crm.choices import Role
from crm.dashboards.subscribing import subscribe
from crm.models import DashboardDelivery, DashboardSubscription, JobRun, OutgoingMail
from tests import factories as make

FAULTS = ("dashboards.written=kill@2", "dashboards.drawn=kill@2")
PEOPLE = 4
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def test_each_person_gets_one_whoever_is_killed():
    make.make_company()
    manager = make.make_user(Role.MANAGER)
    people = [manager, *(make.make_user(Role.REP) for _ in range(PEOPLE - 1))]
    subscribe(actor=manager, fields={"rhythm": "daily", "hour": 7}, people=people)
    DashboardSubscription.objects.update(next_at=timezone.now() - dt.timedelta(minutes=1))
    ended = run([*FAULTS, ""])
    assert Counter(ended) == {-signal.SIGKILL: len(FAULTS), 0: 1}
    assert JobRun.objects.get(kind="dashboard mail").state == "done"
    assert set(DashboardDelivery.objects.values_list("state", flat=True)) == {"mailed"}
    mailed = Counter(OutgoingMail.objects.values_list("recipient", flat=True))
    assert mailed == {str(person.email): 1 for person in people}
    assert all(mail.attachments.count() == 1 for mail in OutgoingMail.objects.all())


def run(faults: list[str]) -> list[int]:
    """How the processes ended, one after the other, each with its fault."""
    environment = {
        **os.environ,
        "DATABASE_URL": django_settings.PLACES.database_url(connection.settings_dict["NAME"]),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "CRM_PROCESS": "worker",
    }
    command = [sys.executable, "-m", "tests.dashboards.worker", *faults]
    ended = subprocess.run(command, env=environment, timeout=240, check=True, capture_output=True, text=True)
    return [int(line) for line in ended.stdout.split()]
