"""Two addresses for machines: is the process alive, and may it be sent people."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.connection import Connection

logger = logging.getLogger(__name__)
BROKER_SECONDS = 1.0


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
    """Database, broker and migrations: 200 when all are well, else 503; one word each."""
    checks = {"database": _ask_database, "broker": _ask_broker, "migrations": _ask_migrations}
    found = {name: _outcome(name, check) for name, check in checks.items()}
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)


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
        broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
        broker.default_channel.client.ping()


def _ask_migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("migrations are missing: run manage.py migrate")
