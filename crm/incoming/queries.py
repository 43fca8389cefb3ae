"""Reads of incoming mail for its pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from crm.incoming.choices import IncomingState, Outcome
from crm.models import IncomingMail, Mailbox, User

LATELY = dt.timedelta(hours=24)


@dataclass(frozen=True)
class MailboxLine:
    """How one mailbox is: what came within a day, what waits, what lies in quarantine. None: what came by command."""

    mailbox: Mailbox | None
    came: int = 0
    waiting: int = 0
    parked: int = 0


def mailbox_lines() -> list[MailboxLine]:
    """A line for each mailbox, and one for what came by hand, where anything did."""
    since = timezone.now() - LATELY
    came = _by_mailbox(IncomingMail.objects.filter(received_at__gte=since), came=Count("pk"))
    waiting = _by_mailbox(IncomingMail.objects.filter(state=IncomingState.TAKEN), waiting=Count("pk"))
    parked = _by_mailbox(IncomingMail.objects.filter(state=IncomingState.QUARANTINED), parked=Count("pk"))
    found = {
        key: {**came.get(key, {}), **waiting.get(key, {}), **parked.get(key, {})} for key in {*came, *waiting, *parked}
    }
    lines = [MailboxLine(mailbox, **found.get(mailbox.pk, {})) for mailbox in Mailbox.objects.all()]
    return [*lines, MailboxLine(None, **found[None])] if None in found else lines


def counts_of_trouble(lines: Sequence[MailboxLine]) -> dict[str, int]:
    """How many mails wait for somebody: in quarantine, to be worked on, and taken by nobody within a day."""
    since = timezone.now() - LATELY
    kept = IncomingMail.objects.filter(outcome=Outcome.KEPT, received_at__gte=since)
    return {
        "parked": sum(line.parked for line in lines),
        "waiting": sum(line.waiting for line in lines),
        "kept": kept.count(),
    }


def conversation_of(user: User, mail: IncomingMail, most: int = 20) -> QuerySet[IncomingMail]:
    """The other mails of the same conversation that the person may see, the newest first."""
    rows = IncomingMail.objects.visible_to(user).filter(thread=mail.thread).exclude(pk=mail.pk)
    return (rows if mail.thread else rows.none()).order_by("-pk")[:most]


def _by_mailbox(rows: QuerySet[IncomingMail], **counts: Any) -> dict[int | None, dict[str, int]]:
    found = rows.order_by().values_list("mailbox").annotate(**counts).values_list("mailbox", *counts)
    return {key: dict(zip(counts, values, strict=True)) for key, *values in found}
