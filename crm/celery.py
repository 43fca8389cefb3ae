"""The Celery application: the tasks of every app, and when the periodic ones run."""

import os
from typing import Any

from celery import Celery
from celery.signals import before_task_publish, setup_logging, task_prerun

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


@task_prerun.connect
def show_life(**_: Any) -> None:
    """A worker that takes tasks is alive; beat's bells see to it that there always are some."""
    from crm.heartbeats import beat_now  # noqa: PLC0415  (apps first)

    beat_now("worker")


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
