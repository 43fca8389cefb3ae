"""The Celery application: the tasks of every app, and when the periodic ones run."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import (
    before_task_publish,
    heartbeat_sent,
    setup_logging,
    task_prerun,
    worker_before_create_process,
    worker_init,
    worker_process_init,
)

from crm.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf["CELERY_DB_REUSE_MAX"] = 500  # Celery's Django part reads this very key: tasks before a connection is renewed
app.conf.beat_schedule = SCHEDULE
app.autodiscover_tasks()


@task_prerun.connect
def check_connection(**_: Any) -> None:
    """A kept connection may have died since the last task: this arms Django's check of it."""
    from django.db import close_old_connections  # noqa: PLC0415  (settings first)

    close_old_connections()


@worker_before_create_process.connect
def keep_what_is_read(**_: Any) -> None:
    """The processes of the pool share what was imported; looking through it for garbage would copy it for each."""
    gc.freeze()


@worker_process_init.connect
def let_people_go_first(**_: Any) -> None:
    """What takes long jobs runs behind pages, on a machine that has both."""
    from django.conf import settings  # noqa: PLC0415  (settings first)

    from crm.giving_way import give_way  # noqa: PLC0415

    if settings.CRM_GIVES_WAY:
        give_way()


@worker_init.connect
def let_other_services_go_first(**_: Any) -> None:
    """The worker itself keeps up with its broker; among services, where each has a session, its session comes last."""
    from django.conf import settings  # noqa: PLC0415  (settings first)

    from crm.giving_way import session_gives_way  # noqa: PLC0415

    if settings.CRM_GIVES_WAY:
        session_gives_way()


@heartbeat_sent.connect
def show_life(**_: Any) -> None:
    """A worker ticks every two seconds while it has its broker. Work that it does not take makes the outbox late."""
    from django.conf import settings  # noqa: PLC0415  (settings first)
    from django.db import connection  # noqa: PLC0415

    from crm.heartbeats import beat_now  # noqa: PLC0415
    from crm.serving.alive import LATE  # noqa: PLC0415

    if settings.CRM_PROCESS in LATE and beat_now(settings.CRM_PROCESS):
        connection.close()  # the processes of the pool are forks of this one, and no fork may inherit a connection


@before_task_publish.connect
def show_life_of_beat(**_: Any) -> None:
    """Beat is alive when it rings."""
    from django.conf import settings  # noqa: PLC0415

    from crm.heartbeats import beat_now  # noqa: PLC0415

    if settings.CRM_PROCESS == "beat":
        beat_now("beat")


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Django's LOGGING is the one set-up; Celery adds none of its own."""
