"""The door of incoming mail: the bytes are a row before anybody looks at them; what they say is read behind it."""

from __future__ import annotations

import hashlib
import time

from django.conf import settings
from django.db import connection, transaction

from crm import bells
from crm.choices import JobQueue
from crm.incoming.choices import Door, IncomingState
from crm.incoming.working import quarantine, work_on, write_head
from crm.models import IncomingContent, IncomingMail, Mailbox

RUN_SECONDS = 20.0
BATCH = 50
LONGEST_HEAD = 64 << 10  # bytes
# the oldest of each mailbox in turn: a flood in one does not keep the others waiting
IN_TURN = """
SELECT id FROM (
  SELECT id, row_number() OVER (PARTITION BY mailbox_id ORDER BY attempts, id) AS turn
  FROM crm_incomingmail WHERE state = 'taken'
) waiting ORDER BY turn, id LIMIT %s
"""


class TooLarge(Exception):
    """The mail is larger than any that is taken in; the message is a sentence."""


def take_in(
    raw: bytes, *, door: Door | str, mailbox: Mailbox | None = None, is_whole: bool = True
) -> tuple[IncomingMail, bool]:
    """Store the bytes of a mail (of its head alone, where it is not whole); the row, and whether they are new. Raises
    TooLarge.

    The same bytes are one row, by whatever way and however often they come. In the caller's transaction: who takes a
    mail from a server moves on with the commit that stores it.
    """
    if len(raw) > settings.CRM_MAIL_LARGEST:
        raise TooLarge(
            f"It has {len(raw) / (1 << 20):,.0f} MB; at most {settings.CRM_MAIL_LARGEST >> 20} are taken in."
        )
    with transaction.atomic():
        mail, is_new = IncomingMail.objects.get_or_create(
            sha256=hashlib.sha256(raw).hexdigest(),
            defaults={"mailbox": mailbox, "door": door, "size": len(raw)},
        )
        if is_new:
            IncomingContent.objects.create(mail=mail, raw=raw, is_whole=is_whole)
            transaction.on_commit(ring, robust=True)
    return mail, is_new


def take_in_without_content(head: bytes, *, door: Door | str, mailbox: Mailbox, sentence: str) -> IncomingMail:
    """A row for a mail whose bytes cannot be had (too large, not given out): its head and a sentence, in quarantine."""
    with transaction.atomic():
        mail, is_new = take_in(head[:LONGEST_HEAD], door=door, mailbox=mailbox, is_whole=False)
        if is_new:
            write_head(mail, head[:LONGEST_HEAD])
            quarantine(mail, sentence)
    return mail


def ring() -> None:
    """Tell a worker that there is a mail to be worked on."""
    from crm.tasks import work_on_mails_task  # noqa: PLC0415 - tasks import this module

    bells.ring(work_on_mails_task, queue=JobQueue.MAIL)


def work_on_waiting(seconds: float = RUN_SECONDS) -> int:
    """Work for some seconds on what waits, each mailbox in turn; how many mails."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        waiting = _next_in_turn()
        done = 0
        for mail_id in waiting:
            if time.monotonic() >= end:
                ring()
                return count + done
            done += work_on(mail_id) is not None
        count += done
        # what others have in hand, or what failed just now, waits for the next bell
        if not done or len(waiting) < BATCH:
            break
    return count


def sweep() -> int:
    """Ring where mails wait that nobody has worked on; how many."""
    waiting = IncomingMail.objects.filter(state=IncomingState.TAKEN)[:BATCH].count()
    if waiting:
        ring()
    return waiting


def _next_in_turn() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(IN_TURN, [BATCH])
        return [row[0] for row in cursor.fetchall()]


def take_and_work(raw: bytes, *, door: Door | str, mailbox: Mailbox | None = None) -> tuple[IncomingMail, bool]:
    """Take a mail in and work on it at once, as often as a worker would; the row, and whether it was new."""
    mail, is_new = take_in(raw, door=door, mailbox=mailbox)
    while mail.state == IncomingState.TAKEN:
        worked = work_on(mail.pk)
        mail.refresh_from_db()
        if worked is None and mail.state == IncomingState.TAKEN:
            break
    return mail, is_new
