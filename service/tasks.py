"""Celery entry points of service."""

from __future__ import annotations

from celery import shared_task

from service.actions.watching import refresh_promises, watch_promises
from service.knowledge.readers import forget_old
from service.portal.actions import answer_requests


@shared_task(name="service.watch_promises")
def watch_promises_task() -> int:
    """Called every minute."""
    return watch_promises()


@shared_task(name="service.refresh_promises")
def refresh_promises_task() -> int:
    """Called every hour."""
    return refresh_promises()


@shared_task(name="service.answer_portal_requests")
def answer_portal_requests_task() -> int:
    """Rung for when somebody asks, and called every 20 seconds."""
    return answer_requests()


@shared_task(name="service.forget_readers")
def forget_readers_task() -> int:
    """Called once a night."""
    return forget_old()
