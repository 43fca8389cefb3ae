"""Celery entry points of orders."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from crm.company import current_company
from crm.jobs import claim_window, start_job
from orders.models import LoyaltyProgramme, Subscription

NIGHTLY_HOUR = 1


@shared_task(name="orders.keep_loyalty")
def keep_loyalty_task() -> bool:
    """Once a day, where there is a programme; called every hour."""
    return LoyaltyProgramme.objects.exists() and _start_once_a_day(
        "loyalty", "Loyalty points: credit orders, let old points expire"
    )


@shared_task(name="orders.renew_contracts")
def renew_contracts_task() -> bool:
    """Once a day, where there are contracts; called every hour."""
    return Subscription.objects.exists() and _start_once_a_day(
        "renewals", "Subscriptions: renew those that say so, tell owners of the others"
    )


def _start_once_a_day(kind: str, title: str) -> bool:
    """Whether a job of this kind was started: the first call from one in the morning of the company's time on does."""
    now = timezone.now().astimezone(current_company().zone)
    if now.hour < NIGHTLY_HOUR:
        return False
    with transaction.atomic():
        is_first = claim_window(kind, now.date().isoformat())
        if is_first:
            start_job(actor=None, kind=kind, title=title)
    return is_first
