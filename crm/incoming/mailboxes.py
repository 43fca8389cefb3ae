"""Fetching the mail of mailboxes: one process a mailbox, the place in it written with each mail that is stored.

So a process that dies at any line has neither lost a mail nor stored one twice. What one mailbox, or one mail in it,
does wrong keeps no other waiting.
"""

from __future__ import annotations

import datetime as dt
import logging
import time

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm import bells
from crm.choices import JobQueue
from crm.failpoints import failpoint
from crm.foreign.tokens import Purpose, make_token, read_token
from crm.incoming.choices import Door
from crm.incoming.imap import Account, Folder, MailboxTrouble, open_folder
from crm.incoming.intake import take_in, take_in_without_content
from crm.locks import side_connection, take_lock
from crm.models import Mailbox

logger = logging.getLogger(__name__)
FETCH_LOCK = 7343
RUN_SECONDS = 60.0
EVERY = dt.timedelta(seconds=60)
LONGEST_PAUSE = dt.timedelta(hours=1)
MOST_TRIES = 3  # of a mail that its server does not give out


def sealed(password: str) -> str:
    """A password as it is stored: only this instance can read it."""
    return make_token(Purpose.MAILBOX, {"password": password}, None) if password else ""


def account_of(mailbox: Mailbox) -> Account:
    """Where the mailbox is, with its password."""
    found = read_token(Purpose.MAILBOX, mailbox.sealed_password) if mailbox.sealed_password else None
    return Account(
        host=mailbox.host,
        port=mailbox.port,
        security=mailbox.security,
        user=mailbox.user_name or mailbox.address,
        password=str(found["password"]) if found else "",
        folder=mailbox.folder or "INBOX",
    )


def ring_due() -> int:
    """Ring for each mailbox that is due; how many."""
    from crm.tasks import fetch_mailbox_task  # noqa: PLC0415 - tasks import this module

    due = (
        Mailbox.objects.filter(is_active=True, next_at__lte=timezone.now())
        .exclude(host="")
        .values_list("pk", flat=True)
    )
    for pk in due:
        bells.ring(fetch_mailbox_task, pk, queue=JobQueue.MAIL)
    return len(due)


def fetch_mailbox(mailbox_id: int, seconds: float = RUN_SECONDS) -> int:
    """Take in what is new in a mailbox, for some seconds; how many mails. Nothing where another process is at it."""
    with side_connection() as side:
        if not take_lock(side, FETCH_LOCK, mailbox_id):
            return 0
        mailbox = Mailbox.objects.filter(pk=mailbox_id, is_active=True).exclude(host="").first()
        if mailbox is None:
            return 0
        try:
            with open_folder(account_of(mailbox)) as folder:
                count, is_done = _fetch(mailbox, folder, time.monotonic() + seconds)
        except MailboxTrouble as trouble:
            _note_trouble(mailbox, str(trouble))
            return 0
    _note_success(mailbox, is_done)
    return count


def _fetch(mailbox: Mailbox, folder: Folder, end: float) -> tuple[int, bool]:
    """Mails taken in, and whether nothing is left."""
    last = _start(mailbox, folder)
    count = 0
    for uid in folder.uids_after(last, None if mailbox.fetches_old else mailbox.created_at.date()):
        if time.monotonic() >= end:
            return count, False
        count += _fetch_one(mailbox, folder, uid)
    return count, True


def _start(mailbox: Mailbox, folder: Folder) -> int:
    """The last number that was taken in. A folder that was made anew is read anew: bytes that are known are no mail."""
    if mailbox.uid_validity == folder.validity:
        return mailbox.last_uid
    is_first = mailbox.uid_validity is None
    last = folder.next_uid - 1 if is_first and not mailbox.fetches_old and folder.next_uid else 0
    Mailbox.objects.filter(pk=mailbox.pk).update(uid_validity=folder.validity, last_uid=last, tried_uid=0, tries=0)
    return last


def _fetch_one(mailbox: Mailbox, folder: Folder, uid: int) -> int:
    """Take one mail in and move on behind it, both or neither; 1 where it was new."""
    size = folder.size(uid)
    if size > settings.CRM_MAIL_LARGEST:
        head = folder.read(uid, "HEADER") or b""
        sentence = f"It has {size / (1 << 20):,.0f} MB, which is more than is taken in. It lies in the mailbox."
        return _give_up(mailbox, uid, head, sentence)
    _count_try(mailbox, uid)
    try:
        raw = folder.read(uid) if size or mailbox.tries > 1 else None
    except MailboxTrouble:
        if mailbox.tries < MOST_TRIES:
            raise
        return _give_up(mailbox, uid, b"", f"Its server does not give out mail number {uid}. It lies in the mailbox.")
    failpoint("incoming.fetched")
    with transaction.atomic():
        is_new = bool(raw) and take_in(raw or b"", door=Door.IMAP, mailbox=mailbox)[1]
        _move_on(mailbox, uid)
        failpoint("incoming.before_taken")
    failpoint("incoming.taken")
    return int(is_new)


def _give_up(mailbox: Mailbox, uid: int, head: bytes, sentence: str) -> int:
    marked = f"X-Mailbox-Number: {mailbox.pk}/{mailbox.uid_validity}/{uid}\r\n".encode() + head
    with transaction.atomic():
        take_in_without_content(marked, door=Door.IMAP, mailbox=mailbox, sentence=sentence)
        _move_on(mailbox, uid)
    return 1


def _move_on(mailbox: Mailbox, uid: int) -> None:
    Mailbox.objects.filter(pk=mailbox.pk).update(last_uid=uid, tried_uid=0, tries=0)
    mailbox.tried_uid = mailbox.tries = 0


def _count_try(mailbox: Mailbox, uid: int) -> None:
    """Written only where a mail was tried before: the first time is no news."""
    mailbox.tries = mailbox.tries + 1 if mailbox.tried_uid == uid else 1
    mailbox.tried_uid = uid


def _note_success(mailbox: Mailbox, is_done: bool) -> None:
    now = timezone.now()
    Mailbox.objects.filter(pk=mailbox.pk).update(
        fetched_at=now, next_at=now + EVERY if is_done else now, consecutive_errors=0, last_error=""
    )


def _note_trouble(mailbox: Mailbox, sentence: str) -> None:
    """Wait a minute, then longer each time, an hour at most."""
    logger.warning("Mailbox %s: %s", mailbox.pk, sentence)
    pause = min(EVERY * 2 ** min(mailbox.consecutive_errors, 10), LONGEST_PAUSE)
    Mailbox.objects.filter(pk=mailbox.pk).update(
        consecutive_errors=F("consecutive_errors") + 1,
        last_error=sentence[:500],
        next_at=timezone.now() + pause,
        tried_uid=mailbox.tried_uid,
        tries=mailbox.tries,
    )
