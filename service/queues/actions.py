"""Writes of queues. Each is one transaction and one log row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext_noop

from crm.languages.refusing import refused
from crm.locks import wait_for_word
from crm.log import log
from crm.models import User
from crm.saving import assign, number_row, placed
from service.models import Macro, Queue, RoutingRule, SlaPolicy, Ticket, WebForm

QUEUES_LOCK = 7318
HAS_TICKETS = gettext_noop(
    "Tickets are in the queue “%(queue)s”, solved ones too: move them to another queue first, or give it another name."
)


def hold_queues() -> None:
    """Nobody else changes a queue until the transaction ends. Taken before the row of any."""
    wait_for_word(QUEUES_LOCK, "queues")


@transaction.atomic
def save_queue(*, actor: User | None, queue: Queue | None, fields: Mapping[str, Any]) -> Queue:
    """Make a queue (None) or change one. `position` is its place among them, from 1: the others make room; without one
    it stays, a new one stands last. Tickets that are in it stay with the team that they have.

    Raises ValidationError where another has its name or its mailbox, or tickets would be solved without a reminder.
    """
    hold_queues()
    values = {name: value for name, value in fields.items() if name != "position"}
    current = Queue(**values) if queue is None else Queue.objects.select_for_update(no_key=True).get(pk=queue.pk)
    changed = [] if queue is None else assign(current, values)
    stands = placed(list(Queue.objects.all()), current, fields.get("position"))
    if queue is not None and stands.is_moved:
        changed.append("place")
    if queue is not None and not changed:
        return current
    current.position = stands.place
    current.full_clean()
    current.save()
    number_row(stands.row)
    said = f"Changed {', '.join(changed)} of the queue" if queue else "New queue"
    log(actor=actor, verb="change" if queue else "create", object=current, summary=f"{said} “{current}”")
    return current


@transaction.atomic
def remove_queue(*, actor: User | None, queue: Queue) -> None:
    """Take away a queue that nothing needs. Raises ValidationError where tickets are in it, or something names it."""
    hold_queues()
    row = Queue.objects.select_for_update().filter(pk=queue.pk).first()
    if row is None:
        raise refused("The queue “%(queue)s” was taken away before.", queue=queue)
    if Ticket.objects.filter(queue=row).exists():
        raise refused(HAS_TICKETS, queue=row)
    if users := named_by(row):
        raise refused("The queue “%(row)s” is named by %(users)s: change that first.", row=row, users=", ".join(users))
    log(actor=actor, verb="delete", object=row, summary=f"Took the queue “{row}” away")
    try:
        row.delete()
    except ProtectedError as error:  # a ticket came just now
        raise refused(HAS_TICKETS, queue=row) from error
    number_row(list(Queue.objects.all()))


def named_by(queue: Queue) -> list[str]:
    """What would go with it, in words: promises (those too that a worker is about to delete), rules, macros, forms."""
    either = Q(queue=queue) | Q(to_queue=queue)
    return [
        *(f"the promise “{one}”" for one in SlaPolicy.everything.filter(queue=queue)),
        *(f"the routing rule “{one}”" for one in RoutingRule.objects.filter(either)),
        *(f"the macro “{one}”" for one in Macro.objects.filter(queue=queue)),
        *(f"the web form “{one}”" for one in WebForm.objects.filter(queue=queue)),
    ]
