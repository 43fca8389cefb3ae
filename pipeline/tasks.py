"""Celery entry points of the pipeline."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from crm.company import current_company
from crm.jobs import claim_window, start_job
from pipeline.models import Deal
from pipeline.quotes.actions import expire_quotes

NIGHTLY_HOUR = 1


@shared_task(name="pipeline.keep_deals")
def keep_deals_task() -> bool:
    """Once a day, from one in the morning of the company's time on, where there are open deals; called every hour."""
    now = timezone.now().astimezone(current_company().zone)
    if now.hour < NIGHTLY_HOUR or not Deal.objects.open().exists():
        return False
    with transaction.atomic():
        is_first = claim_window("deal amounts", now.date().isoformat())
        if is_first:
            title = "Deals: open ones follow rates and list prices"
            start_job(actor=None, kind="deal amounts", title=title, parameters={"only_open": True})
    return is_first


@shared_task(name="pipeline.expire_quotes")
def expire_quotes_task() -> int:
    """Quotes that nobody answered until their last day; called every hour."""
    return expire_quotes()
