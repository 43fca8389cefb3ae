"""The sink, the default channel that leads to it, and short ways to write and send."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from crm.locks import side_connection
from crm.mail import sending, slots
from crm.mail.actions import send_mail
from crm.mail.channels import channel_named
from crm.mail.choices import MailKind
from crm.mail.servers import MailServer
from crm.mail.slots import Slot
from crm.models import MailChannel, OutgoingMail
from tests.mail.sink import Sink
from tests.worker import Worker


@pytest.fixture
def sink(settings, transactional_db) -> Iterator[Sink]:
    """A mail server, and the default channel leading to it."""
    with Sink() as running:
        settings.CRM_MAIL_SERVERS = {"default": MailServer("smtp", "127.0.0.1", running.port)}
        settings.CRM_MAIL_TIMEOUT = settings.CRM_MAIL_LAST_TIMEOUT = 1
        yield running


@pytest.fixture
def channel(sink: Sink) -> MailChannel:
    return channel_named()


@pytest.fixture
def send(channel: MailChannel) -> Callable[[], int]:
    """Send what is due, in this process."""
    return lambda: sending.send_due(channel.pk)


@pytest.fixture
def send_in_processes(settings) -> Callable[..., list[int]]:
    """Send what is due in processes of their own, each told by (channel, failpoints); how each ended (-9: killed)."""

    def run(*senders: tuple[MailChannel, str]) -> list[int]:
        servers = settings.CRM_MAIL_SERVERS
        addresses = {f"EMAIL_URL_{name.upper()}": f"smtp://127.0.0.1:{servers[name].port}" for name in servers}
        environment = {
            **os.environ,
            **addresses,
            "EMAIL_URL": addresses["EMAIL_URL_DEFAULT"],
            "DATABASE_URL": django_settings.PLACES.database_url(connection.settings_dict["NAME"]),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "CRM_PROCESS": "worker",
        }
        words = [f"{channel.pk}:{failpoints}" for channel, failpoints in senders]
        command = [sys.executable, "-m", "tests.mail.sender", *words]
        ended = subprocess.run(command, env=environment, timeout=60, check=True, capture_output=True, text=True)
        return [int(line) for line in ended.stdout.split()]

    return run


KILLED = -signal.SIGKILL


def write(to: str, kind: str = MailKind.AT_LEAST_ONCE, **more: Any) -> OutgoingMail:
    """A mail in the ledger, due now."""
    return send_mail(actor=None, kind=kind, to=to, **{"subject": "Hello", "text": "Good day.", **more})


@contextmanager
def in_hand(channel: MailChannel) -> Iterator[Slot]:
    """A sender that stops at a line of the test: its slot. At the end of the `with` it is dead."""
    with side_connection() as side:
        slot = slots.hold_slot(side, channel)
        assert slot is not None
        yield slot


def states(*mails: OutgoingMail) -> list[str]:
    """As they stand in the ledger."""
    found = dict(OutgoingMail.objects.values_list("pk", "state"))
    return [found[mail.pk] for mail in mails]


def due_now(*mails: OutgoingMail) -> None:
    """The pause before the next attempt is over."""
    OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(due_at=timezone.now())


@pytest.fixture
def worker_of_sink(sink, monkeypatch, request) -> Worker:
    """A Celery worker in a process of its own whose default channel leads to the sink."""
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{sink.port}")
    worker: Worker = request.getfixturevalue("real_worker")
    return worker
