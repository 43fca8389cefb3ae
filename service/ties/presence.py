"""Who else has a ticket open or writes in it: one row for each person and ticket, good for some seconds.

A page in sight says so every fifteen seconds, in one statement; one out of sight says nothing. The rows are no record
of anything: they are never in the history, and are taken away each hour.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from crm.models import User
from service.models import Ticket, TicketPresence

EVERY_SECONDS = 15
HERE = dt.timedelta(seconds=40)
TYPES = dt.timedelta(seconds=25)
MOST = 8
SAY_SQL = """
INSERT INTO service_ticketpresence (ticket_id, user_id, seen_at, typed_at)
VALUES (%(ticket)s, %(user)s, now(), CASE WHEN %(types)s THEN now() END)
ON CONFLICT (ticket_id, user_id) DO UPDATE
SET seen_at = excluded.seen_at, typed_at = coalesce(excluded.typed_at, service_ticketpresence.typed_at)
"""


@dataclass(frozen=True)
class Present:
    """Somebody else at a ticket."""

    name: str
    types: bool


def say_present(*, user: User, ticket: Ticket, types: bool) -> None:
    """The person has the ticket before their eyes, and types or not."""
    with connection.cursor() as cursor:
        cursor.execute(SAY_SQL, {"ticket": ticket.pk, "user": user.pk, "types": types})


def others_at(user: User, ticket: Ticket) -> list[Present]:
    """Who else is at the ticket, whoever types first. One query."""
    now = timezone.now()
    rows = TicketPresence.objects.filter(ticket=ticket, seen_at__gt=now - HERE).exclude(user=user)
    found = rows.order_by("user__name").values_list("user__name", "typed_at")[:MOST]
    present = [Present(name, typed is not None and typed > now - TYPES) for name, typed in found]
    return sorted(present, key=lambda one: not one.types)


def in_words(present: Sequence[Present]) -> str:
    """`Deniz Demir is writing a reply`, `Ann and Ben are reading this too`."""
    writing = [one.name for one in present if one.types]
    chosen, verb = (writing, "writing here") if writing else ([one.name for one in present], "reading this too")
    if not chosen:
        return ""
    names = chosen[0] if len(chosen) == 1 else f"{', '.join(chosen[:-1])} and {chosen[-1]}"
    return f"{names} {'is' if len(chosen) == 1 else 'are'} {verb}"


def forget_presence() -> int:
    """Take away the rows of whoever left; how many there were."""
    old = TicketPresence.objects.filter(seen_at__lt=timezone.now() - 10 * HERE)
    return old._raw_delete(old.db)
