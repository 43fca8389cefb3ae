"""Where tickets go that name no queue."""

from __future__ import annotations

from crm.log import log
from crm.models import User
from service.models import Queue

FIRST = "Support"


def default_queue(*, actor: User | None) -> Queue:
    """The first queue by position; a house without any gets one."""
    found = Queue.objects.first()
    if found is not None:
        return found
    queue, is_new = Queue.objects.get_or_create(name=FIRST)
    if is_new:
        log(actor=actor, verb="create", object=queue, summary=f"New queue: {queue.name}")
    return queue
