"""Celery entry points of feedback."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from crm.company import current_company
from crm.jobs import claim_window
from feedback.asking.sending import ask_after_events
from feedback.experience.counting import DAYS, KIND, is_large, start_count

NIGHTLY_HOUR = 3


@shared_task(name="feedback.ask")
def ask_task() -> int:
    """Called every five minutes."""
    return ask_after_events()


@shared_task(name="feedback.count_map")
def count_map_task() -> bool:
    """Once a day, from three in the morning of the company's time on, where there is much to count; called hourly."""
    now = timezone.now().astimezone(current_company().zone)
    if now.hour < NIGHTLY_HOUR or not is_large(now.date() - dt.timedelta(days=max(DAYS))):
        return False
    with transaction.atomic():
        is_first = claim_window(KIND, now.date().isoformat())
        if is_first:
            start_count(actor=None)
    return is_first
