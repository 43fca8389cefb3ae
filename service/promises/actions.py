"""Writes of promises and of the hours that they count. Each is one transaction and one log row.

Once a change is committed a worker reads the clocks of all unsolved tickets again; where the broker does not answer,
that is done within the hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from crm import bells
from crm.choices import JobQueue
from crm.languages.refusing import refused
from crm.locks import wait_for_word
from crm.log import log
from crm.models import User
from crm.saving import assign, number_row, placed
from service.models import ServiceHours, SlaPolicy

PROMISES_LOCK = 7317


def hold_promises() -> None:
    """Nobody else changes a promise or hours until the transaction ends. Taken before the row of either."""
    wait_for_word(PROMISES_LOCK, "promises")


@transaction.atomic
def save_promise(*, actor: User | None, promise: SlaPolicy | None, fields: Mapping[str, Any]) -> SlaPolicy:
    """Make a promise (None) or change one. `position` is its place among them, from 1: the others make room; without
    one it stays, a new one stands last.

    Raises ValidationError where nothing is promised, or another promise has that name.
    """
    hold_promises()
    values = {name: value for name, value in fields.items() if name != "position"}
    current = SlaPolicy(**values) if promise is None else SlaPolicy.objects.select_for_update().get(pk=promise.pk)
    changed = [] if promise is None else assign(current, values)
    stands = placed(list(SlaPolicy.objects.all()), current, fields.get("position"))
    if promise is not None and stands.is_moved:
        changed.append("place")
    if promise is not None and not changed:
        return current
    current.position = stands.place
    current.full_clean()
    current.save()
    number_row(stands.row)
    said = f"Changed {', '.join(changed)} of the promise" if promise else "New promise"
    log(actor=actor, verb="change" if promise else "create", object=current, summary=f"{said} “{current}”")
    transaction.on_commit(ring, robust=True)
    return current


@transaction.atomic
def remove_promise(*, actor: User | None, promise: SlaPolicy) -> None:
    """Promise it no more; the next that fits a ticket holds, or none, once a worker has moved the tickets on."""
    hold_promises()
    row = SlaPolicy.objects.select_for_update().filter(pk=promise.pk).first()
    if row is None:
        raise refused("The promise “%(promise)s” was taken away before.", promise=promise)
    log(actor=actor, verb="delete", object=row, summary=f"Took the promise “{row}” away")
    withdraw(row)


def withdraw(promise: SlaPolicy) -> None:
    """Let a promise hold no more, in the caller's transaction. The row stays until no unsolved ticket has it: a large
    house has more of them than a page may touch."""
    promise.removed_at = timezone.now()
    promise.save(update_fields=["removed_at"])
    number_row(list(SlaPolicy.objects.all()))
    transaction.on_commit(ring, robust=True)


@transaction.atomic
def save_hours(*, actor: User | None, hours: ServiceHours | None, fields: Mapping[str, Any]) -> ServiceHours:
    """Make a set of working hours (None) or change one. Raises ValidationError where they cannot be, or another set
    has that name."""
    hold_promises()
    current = ServiceHours(**fields) if hours is None else ServiceHours.objects.select_for_update().get(pk=hours.pk)
    changed = [] if hours is None else assign(current, fields)
    if hours is not None and not changed:
        return current
    current.full_clean()
    current.save()
    said = f"Changed {', '.join(changed)} of the working hours" if hours else "New working hours"
    log(actor=actor, verb="change" if hours else "create", object=current, summary=f"{said} “{current}”")
    transaction.on_commit(ring, robust=True)
    return current


@transaction.atomic
def remove_hours(*, actor: User | None, hours: ServiceHours) -> None:
    """Take a set of hours away. Raises ValidationError where a promise counts it."""
    hold_promises()
    row = ServiceHours.objects.select_for_update().filter(pk=hours.pk).first()
    if row is None:
        raise refused("The hours “%(hours)s” were taken away before.", hours=hours)
    log(actor=actor, verb="delete", object=row, summary=f"Took the working hours “{row}” away")
    try:
        row.delete()
    except ProtectedError as error:
        names = ", ".join(f"“{one}”" for one in SlaPolicy.objects.filter(hours=row))
        if not names:
            raise refused(
                "Tickets still have a promise that counted the hours “%(hours)s”: try again in some minutes.", hours=row
            ) from error
        raise refused(
            "The hours “%(hours)s” are counted by %(names)s: give them other hours first.", hours=row, names=names
        ) from error


def ring() -> None:
    """Have a worker bring the deadlines of unsolved tickets up to date."""
    from service.tasks import refresh_promises_task  # noqa: PLC0415 - tasks import the actions

    bells.ring(refresh_promises_task, queue=JobQueue.BATCH)
