"""Celery entry points of contacts."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from contacts.merging.following import EVER, follow_merged
from contacts.models import Contact, Responsibility
from contacts.privacy.late.looking import ask_for_look
from contacts.privacy.retention.running import ask_for_night
from contacts.responsibility.actions import start_keeping
from crm.company import current_company
from crm.jobs import claim_window

NIGHTLY_HOUR = 4
RECENT = dt.timedelta(hours=1)


@shared_task(name="contacts.keep_responsibilities")
def keep_responsibilities_task() -> bool:
    """Once a day, from four in the morning of the company's time on, where there is a segment; called every hour."""
    now = timezone.now().astimezone(current_company().zone)
    if now.hour < NIGHTLY_HOUR or not (Responsibility.objects.exists() or _some_are_reviewed()):
        return False
    with transaction.atomic():
        is_first = claim_window("responsibilities", now.date().isoformat())
        if is_first:
            start_keeping(actor=None)
    return is_first


@shared_task(name="contacts.keep_time")
def keep_time_task() -> bool:
    return ask_for_night()


@shared_task(name="contacts.look_after_erasures")
def look_after_erasures_task() -> bool:
    return ask_for_look()


@shared_task(name="contacts.follow_merged")
def follow_merged_task(*, ever: bool = False) -> int:
    """What came in the moment of a merge, every minute; once a day (`ever`) whatever came to any merged contact."""
    return follow_merged(EVER if ever else timezone.now() - RECENT)


def _some_are_reviewed() -> bool:
    """Whether an account has an interval of its own and no day yet."""
    return Contact.objects.filter(Q(review_days__isnull=False), review_on=None).exists()
