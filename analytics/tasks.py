"""Celery entry points of the analysis."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from analytics.jobs import KIND
from crm.company import current_company
from crm.jobs import claim_window, start_job

NIGHTLY_HOUR = 2
NIGHTLY = {"duplicates": {"compare": "changed"}}
"""What the night does otherwise than a run that somebody asks for."""


@shared_task(name="analytics.nightly")
def nightly_task() -> bool:
    """Once a day, from two in the morning of the company's time on, ask for the whole analysis; called every hour.

    It is as of the day before, the last full one: so the first night of a month is as of the last day of the old one.
    The window and the job are one transaction: a beat that was down at two makes up for it, two beats start one.
    """
    now = timezone.now().astimezone(current_company().zone)
    if now.hour < NIGHTLY_HOUR:
        return False
    with transaction.atomic():
        is_first = claim_window("nightly analysis", now.date().isoformat())
        if is_first:
            day = now.date() - dt.timedelta(days=1)
            start_job(
                actor=None,
                kind=KIND,
                title="Nightly analysis",
                parameters={"as_of": day.isoformat(), "parameters": NIGHTLY},
            )
    return is_first
