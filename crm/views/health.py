"""Two addresses for machines: is the process alive, and may it be sent people."""

import datetime as dt
import logging
import shutil
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.connection import Connection

from crm.choices import JobState
from crm.holding import is_sending_held
from crm.mail.choices import MailState
from crm.models import JobRun, OutgoingMail
from crm.serving.alive import EVERYWHERE, LATE, silent_for

logger = logging.getLogger(__name__)
NEEDED = ("database", "broker", "migrations", "disk")
BROKER_SECONDS = 1.0
LEAST_FREE_BYTES = 200 * 2**20
LATEST_OUTBOX = dt.timedelta(minutes=15)


class NotReady(Exception):
    """A part that the site needs is not as it must be; the text says which and why."""


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; it asks nothing else, so that a broken database does not get it killed."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """A word for each part. 503 where this process cannot serve people as it must: database, broker, migrations, disk.

    Workers, beat and outbox may be `late` while pages are answered all the same: a web process that is taken out for
    them helps nobody. `never` is a part that was not heard of since the instance was made.
    """
    found = parts_now()
    status = 200 if {found[name] for name in NEEDED} == {"ok"} else 503
    return JsonResponse(found, status=status)


def parts_now() -> dict[str, str]:
    """A word for each part: ok, failing; late or never for those that pages do without."""
    checks = {"database": _ask_database, "broker": _ask_broker, "migrations": _ask_migrations, "disk": _ask_disk}
    found = {name: _outcome(name, check) for name, check in checks.items()}
    if found["database"] == "ok":
        found |= _lives() | {"outbox": _outbox()}
    return found


def _lives() -> dict[str, str]:
    lives = {name: _life_of(name) for name in LATE}
    return {name: life for name, life in lives.items() if name in EVERYWHERE or life != "never"}


def _life_of(name: str) -> str:
    silence = silent_for(name)
    return "never" if silence is None else "late" if silence > LATE[name] else "ok"


def _outbox() -> str:
    """Whether what is due leaves within the time that a worker needs; a paused channel keeps its mails on purpose."""
    since = timezone.now() - LATEST_OUTBOX
    jobs = JobRun.objects.filter(state=JobState.WAITING, due_at__lt=since)
    mails = OutgoingMail.objects.filter(state=MailState.QUEUED, due_at__lt=since, channel__paused_at=None)
    return "late" if jobs.exists() or (mails.exists() and not is_sending_held()) else "ok"


def _outcome(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # whatever fails, the answer is: not ready
        logger.warning("not ready: %s (%s)", name, type(error).__name__)
        return "failing"
    return "ok"


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | {"socket_timeout": BROKER_SECONDS}
    with Connection(settings.CELERY_BROKER_URL, transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
        broker.default_channel.client.ping()


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Those of this code: to read them takes a second, and the question is put every few."""
    return frozenset(MigrationLoader(None).graph.nodes)


def _ask_migrations() -> None:
    if not _migrations() <= MigrationRecorder(connection).applied_migrations().keys():
        raise NotReady("migrations are missing: run manage.py migrate")


def _ask_disk() -> None:
    free = shutil.disk_usage(settings.CRM_VAR).free
    if free < LEAST_FREE_BYTES:
        raise NotReady(f"{free // 2**20} MB are free for uploads and logs")
