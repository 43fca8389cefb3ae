"""Celery entry points of orders."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from crm.company import current_company
from crm.jobs import claim_window, start_job
from orders.models import LoyaltyProgramme

NIGHTLY_HOUR = 1


@shared_task(name="orders.keep_loyalty")
def keep_loyalty_task() -> bool:
    """Once a day, from one in the morning of the company's time on, where there is a programme; called every hour."""
    now = timezone.now().astimezone(current_company().zone)
    if now.hour < NIGHTLY_HOUR or not LoyaltyProgramme.objects.exists():
        return False
    with transaction.atomic():
        is_first = claim_window("loyalty", now.date().isoformat())
        if is_first:
            start_job(actor=None, kind="loyalty", title="Loyalty points: credit orders, let old points expire")
    return is_first
