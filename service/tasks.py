"""Celery entry points of service."""

from __future__ import annotations

from celery import shared_task

from service.actions.watching import refresh_promises, watch_promises


@shared_task(name="service.watch_promises")
def watch_promises_task() -> int:
    """Called every minute."""
    return watch_promises()


@shared_task(name="service.refresh_promises")
def refresh_promises_task() -> int:
    """Called every hour."""
    return refresh_promises()
