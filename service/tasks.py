"""Celery entry points of service."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from crm.company import current_company
from crm.jobs import claim_window, start_job
from service.actions.closing import close_quiet
from service.actions.watching import refresh_promises, watch_promises
from service.channels.replies import deliver_replies
from service.knowledge.readers import forget_old
from service.models import Queue
from service.portal.actions import answer_requests
from service.remedies.actions import expire_compensations
from service.routing.actions import sweep_unrouted
from service.routing.engine import route
from service.ties.presence import forget_presence

NIGHTLY_HOUR = 2


@shared_task(name="service.watch_promises")
def watch_promises_task() -> int:
    """Called every minute."""
    return watch_promises()


@shared_task(name="service.refresh_promises")
def refresh_promises_task(is_asked: bool = True) -> int:
    """Rung for when a promise or hours change, and called every hour."""
    return refresh_promises(is_asked=is_asked)


@shared_task(name="service.answer_portal_requests")
def answer_portal_requests_task() -> int:
    """Rung for when somebody asks, and called every 20 seconds."""
    return answer_requests()


@shared_task(name="service.deliver_replies")
def deliver_replies_task() -> int:
    """Rung for when a reply goes into a chat, and called every 20 seconds."""
    return deliver_replies()


@shared_task(name="service.forget_readers")
def forget_readers_task() -> int:
    """Called once a night."""
    return forget_old()


@shared_task(name="service.close_quiet")
def close_quiet_task() -> int:
    """Called every hour; those who were at a ticket are forgotten on the way."""
    forget_presence()
    return close_quiet().count


@shared_task(name="service.route_tickets")
def route_tickets_task(ticket_id: int | None = None) -> int:
    """Called for each ticket that comes in, and every minute for those that are left."""
    return sweep_unrouted() if ticket_id is None else route([ticket_id]).count


@shared_task(name="service.expire_compensations")
def expire_compensations_task() -> int:
    """What nobody decided in time; called every minute."""
    return expire_compensations()


@shared_task(name="service.find_defectors")
def find_defectors_task() -> bool:
    """Once a day, from two in the morning of the company's time on, where there is a queue; called every hour."""
    now = timezone.now().astimezone(current_company().zone)
    if now.hour < NIGHTLY_HOUR or not Queue.objects.exists():
        return False
    with transaction.atomic():
        is_first = claim_window("defectors", now.date().isoformat())
        if is_first:
            start_job(actor=None, kind="defectors", title="Customers who ended: who is new on the list, who is back")
    return is_first
