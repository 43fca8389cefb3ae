"""What a sender has in its hands: mails taken many at a time, begun one by one, written as sent together.

A channel has slots, as many as it may have connections. Who sends holds the session lock of a slot, on a database
connection of its own (`side`): it is free again the moment the process dies, and who takes it next settles what was
left there. All that depends on the lock is said over that connection, so whoever has lost it can begin nothing.

Between two mails stands one small commit (`begin`): docs/decisions/0009 says what it makes known, and what it costs.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from psycopg.pq import ExecStatus

from crm.failpoints import failpoint
from crm.locks import take_lock
from crm.mail import ledger
from crm.mail.addresses import normal_address
from crm.mail.choices import MailState
from crm.mail.pacing import Counted, Pace
from crm.mail.replies import SENT
from crm.models import MailChannel, MailSlot, OutgoingMail

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from psycopg.pq.abc import PGresult

logger = logging.getLogger(__name__)
LOCK_CLASS = 7303
BEGIN = b"begin mail"
SLOTS = 100
FIRST_MAILS, MOST_MAILS = 10, 50
MOST_BYTES = 4_000_000
# what is sent stands as such in the ledger, and a more urgent mail gets its turn, after that and the mail in the air
MOST_SECONDS = 0.5
TELL_SECONDS = 30.0
DIED = "The sender died while it was sending this; whether it left is not known."
FORGOTTEN = "The database went down while a sender had this in its hands; whether it left is not known."
FIELDS = OutgoingMail._meta.concrete_fields
NAMES = [field.attname for field in FIELDS]
READERS = [(place, field.from_db_value) for place, field in enumerate(FIELDS) if hasattr(field, "from_db_value")]

# By priority; not while the channel is paused or everything is held back, not what others hold.
TAKE_SQL = """
WITH due AS MATERIALIZED (
    SELECT id, priority, due_at, octet_length(text) + octet_length(html) AS size FROM crm_outgoingmail
    WHERE channel_id = %(channel)s AND state = 'queued' AND due_at <= now()
    AND (closes_at IS NULL OR closes_at > now())
    AND EXISTS (
        SELECT 1 FROM crm_mailchannel WHERE id = %(channel)s AND (paused_at IS NULL OR paused_until <= now())
    )
    AND NOT EXISTS (SELECT 1 FROM crm_company WHERE sending_held_at IS NOT NULL)
    ORDER BY priority, due_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
), placed AS (
    SELECT id, row_number() OVER line AS place, sum(size) OVER line - size AS before FROM due
    WINDOW line AS (ORDER BY priority, due_at, id)
), taken AS (
    UPDATE crm_outgoingmail AS mail
    SET state = 'in_flight', attempts = attempts + 1, claimed_at = now(), claimed_by = %(by)s, claimed_slot = %(number)s
    FROM placed WHERE mail.id = placed.id AND before <= %(bytes)s
    RETURNING mail.*, place
), noted AS (
    UPDATE crm_mailslot SET reached = 0, mails = (SELECT coalesce(array_agg(id ORDER BY place), '{}') FROM taken)
    WHERE id = %(slot)s
)
SELECT taken.*, EXISTS (SELECT 1 FROM crm_mailattachment WHERE mail_id = taken.id) AS has_attachments
FROM taken ORDER BY place
"""

# The commit before each mail: nothing of it leaves unless this says so. Rewrites one small row, in place (HOT).
# $1 slot, $2 place, $3 mail, $4 address, $5 until when it may leave
BEGIN_SQL = b"""
UPDATE crm_mailslot AS slot SET reached = $2::smallint WHERE id = $1::bigint AND mails[$2::smallint] = $3::bigint
AND EXISTS (
    SELECT 1 FROM crm_mailchannel WHERE id = slot.channel_id AND (paused_at IS NULL OR paused_until <= now())
)
AND NOT EXISTS (SELECT 1 FROM crm_company WHERE sending_held_at IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM crm_suppressedaddress WHERE address = $4::text)
AND clock_timestamp() < $5::timestamptz
"""
WRITE_SQL = """
UPDATE crm_outgoingmail AS mail SET state = 'sent', sent_at = done.at, smtp_code = %(code)s, last_error = '',
    text = CASE WHEN is_secret THEN '' ELSE text END, html = CASE WHEN is_secret THEN '' ELSE html END
FROM unnest(%(sent)s::bigint[], %(at)s::timestamptz[]) AS done (id, at)
WHERE mail.id = done.id AND mail.state = 'in_flight'
"""
# the slot first, as who calls a mail back does: two who lock in one order never wait for each other
GIVE_BACK_SQL = """
WITH slot AS (UPDATE crm_mailslot SET mails = '{}', reached = 0 WHERE id = %(slot)s RETURNING id)
UPDATE crm_outgoingmail SET state = 'queued', attempts = attempts - 1
WHERE (SELECT count(*) FROM slot) >= 0 AND id = ANY(%(rest)s) AND state = 'in_flight'
"""
CALL_BACK_SQL = """
UPDATE crm_mailslot SET mails = array_replace(mails, %(mail)s, 0)
WHERE channel_id = %(channel)s AND array_position(mails, %(mail)s) > reached
"""


class Slot:
    """The slot of a living sender, and the mails in its hands."""

    def __init__(self, channel: MailChannel, row: MailSlot, side: BaseDatabaseWrapper) -> None:
        self.channel = channel
        self.row = row
        self.line = side.connection
        self.line.prepare_threshold = 0
        self.line.pgconn.prepare(BEGIN, BEGIN_SQL)  # one plan for all mails
        self.by = f"{socket.gethostname()}:{os.getpid()}"[:120]
        self.mails: list[OutgoingMail] = []
        self.place = 0
        self.size = FIRST_MAILS
        self.until = 0.0
        self.end = math.inf  # of the run
        self.sent: list[tuple[OutgoingMail, dt.datetime]] = []
        self.pace = Pace(channel)
        self.counted: dict[int, Counted] = {}
        # when the next of those has its turn that are over a limit
        self.next_at: dt.datetime | None = None

    def next_mail(self) -> OutgoingMail | None:
        """The next mail, not yet begun; None when nothing is due or may leave."""
        if self.place == len(self.mails) or time.monotonic() >= self.until:
            self._fit_size()
            self.put_down()
            self._take()
        return self.mails[self.place] if self.mails else None

    def begin(self, mail: OutgoingMail) -> bool:
        """Commit that this mail may leave from now on. False where it may not."""
        self.ask_to_begin(mail)
        return self.may_begin()

    def ask_to_begin(self, mail: OutgoingMail) -> None:
        """Send the question whose answer `may_begin` reads; the message can be made meanwhile."""
        until = mail.closes_at.isoformat() if mail.closes_at else "infinity"
        words = [str(self.row.pk), str(self.place + 1), str(mail.pk), normal_address(mail.recipient), until]
        # the bare calls of libpq: a cursor would cost as much again as all else that our side does for a mail
        self.line.pgconn.send_query_prepared(BEGIN, [word.encode() for word in words])
        self.line.pgconn.flush()

    def may_begin(self) -> bool:
        """Whether it is committed that the mail asked for may leave from now on."""
        result = self._answer()
        if self.line.closed or result is None:
            raise psycopg.OperationalError("The line to the database broke.")
        if result.status != ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)
        if not result.command_tuples:
            return False
        self.place += 1
        failpoint("mail.after_begin")
        return True

    def _answer(self) -> PGresult | None:
        last = None
        while (result := self.line.pgconn.get_result()) is not None:
            last = result
        return last

    def skip(self) -> None:
        """Leave the mail out that could not begin: it is no longer in flight."""
        self.place += 1

    def note_sent(self, mail: OutgoingMail) -> None:
        """The server has taken it. Written with others, before anything else is taken."""
        self.sent.append((mail, timezone.now()))

    def write(self) -> None:
        """Write what was sent."""
        if not self.sent:
            return
        failpoint("mail.before_commit")
        values = {"sent": [mail.pk for mail, _ in self.sent], "at": [at for _, at in self.sent], "code": SENT.code}
        self._run(WRITE_SQL, values)
        self.sent = []
        failpoint("mail.after_commit")

    def put_down(self) -> None:
        """Write what was sent, and give back what was not begun.

        Where the database was away, our lock is lost, but not what we know: it is told when the database is back.
        """
        try:
            self.write()
            if rest := [mail.pk for mail in self.mails[self.place :]]:
                self._give_back(rest)
        except psycopg.OperationalError:
            self._tell_when_it_is_back()
            raise
        finally:
            self.mails, self.sent, self.place, self.counted = [], [], 0, {}

    def _give_back(self, rest: Sequence[int]) -> None:
        """Into the queue, and off the counters, or neither."""
        with self.line.transaction():
            self._run(GIVE_BACK_SQL, {"slot": self.row.pk, "rest": rest})
            self.pace.count_off(self.line, (self.counted[pk] for pk in rest if pk in self.counted))

    def _tell_when_it_is_back(self) -> None:
        end = time.monotonic() + TELL_SECONDS
        while True:
            try:
                with transaction.atomic():
                    for mail, _ in self.sent:
                        ledger.record(mail, SENT)
                    for mail in self.mails[self.place :]:
                        ledger.record_untouched(mail)
                return
            except (OperationalError, InterfaceError):
                connection.close()
                if time.monotonic() >= end:
                    raise
                time.sleep(0.5)

    def _take(self) -> None:
        values = {
            "channel": self.channel.pk,
            "slot": self.row.pk,
            "number": self.row.number,
            "by": self.by,
            "most": self.size,
            "bytes": MOST_BYTES,
        }
        # where all have to wait, others may be next: they are looked at as many at a time as may be, and not for ever
        while not self._take_within_limits(values) and time.monotonic() < self.end:
            values["most"] = MOST_MAILS
        self.until = time.monotonic() + MOST_SECONDS
        failpoint("mail.after_claim")

    def _take_within_limits(self, values: Mapping[str, Any]) -> bool:
        """Take mails of which some may leave; False where all of them have to wait, and others may be next."""
        if not self.pace:
            self.mails = list(_read(self._run(TAKE_SQL, values)))
            return True
        with self.line.transaction():
            taken = list(_read(self._run(TAKE_SQL, values)))
            admitted = self.pace.admit(self.line, self.row.pk, taken)
        self.mails, self.counted = admitted.mails, admitted.counted
        if admitted.next_at is not None:
            self.next_at = min(self.next_at or admitted.next_at, admitted.next_at)
        return bool(self.mails) or not taken

    def _fit_size(self) -> None:
        """As many as leave in the time that they may be kept."""
        if self.place < len(self.mails):
            self.size = max(self.place, 1)
        elif self.place == self.size:
            self.size = min(2 * self.size, MOST_MAILS)

    def _run(self, sql: str, values: Mapping[str, Any]) -> psycopg.Cursor[Any]:
        return psycopg.Cursor(self.line).execute(sql, values)


def hold_slot(side: BaseDatabaseWrapper, channel: MailChannel) -> Slot | None:
    """A free slot of the channel, held for the life of `side`, what was left in it settled; None when all are taken."""
    for number in range(min(channel.connections, SLOTS)):
        if take_lock(side, LOCK_CLASS, channel.pk * SLOTS + number):
            settle(channel.pk, number)
            row, _ = MailSlot.objects.get_or_create(channel=channel, number=number)
            return Slot(channel, row, side)
    return None


def settle(channel_id: int, number: int) -> None:
    """Settle what a dead sender left in flight. Only who holds the lock of the slot may call this.

    PostgreSQL empties the table of slots when it has crashed: then all that its senders had in their hands is in doubt,
    unless they live and tell (`_tell_when_it_is_back`).
    """
    in_flight = OutgoingMail.objects.filter(channel_id=channel_id, claimed_slot=number, state=MailState.IN_FLIGHT)
    if not in_flight.exists():
        return
    with transaction.atomic():
        row = MailSlot.objects.select_for_update().filter(channel_id=channel_id, number=number).first()
        mails, reached = (row.mails, row.reached) if row else ([], 0)
        in_flight.filter(pk__in=mails[reached:]).update(state=MailState.QUEUED, attempts=F("attempts") - 1)
        begun = mails[:reached]
        for mail in in_flight:
            if mail.pk in begun[:-1]:
                ledger.record(mail, SENT)
            else:
                is_known = mail.pk in begun
                ledger.record_doubt(mail, DIED if is_known else FORGOTTEN, is_death=is_known)


def settle_the_dead(side: BaseDatabaseWrapper) -> None:
    """Settle every slot with mails in flight that nobody holds."""
    in_flight = OutgoingMail.objects.filter(state=MailState.IN_FLIGHT).order_by()
    for channel_id, number in in_flight.values_list("channel_id", "claimed_slot").distinct():
        assert number is not None  # noqa: S101 - a constraint of the table
        if take_lock(side, LOCK_CLASS, channel_id * SLOTS + number):
            settle(channel_id, number)


def call_back(mail: OutgoingMail) -> bool:
    """Keep a mail that a sender has in its hands from being begun; False where it is not there, or has begun."""
    with connection.cursor() as cursor:
        cursor.execute(CALL_BACK_SQL, {"mail": mail.pk, "channel": mail.channel_id})
        return bool(cursor.rowcount)


def _read(cursor: psycopg.Cursor[Any]) -> Iterator[OutgoingMail]:
    """The rows as models. The table's columns may stand in another order than the model's fields."""
    places = {column.name: place for place, column in enumerate(cursor.description or ())}
    in_order = itemgetter(*(places[str(field.column)] for field in FIELDS))
    for row in cursor:
        values = list(in_order(row))
        for place, read in READERS:
            values[place] = read(values[place], None, connection)
        mail = OutgoingMail.from_db("default", NAMES, values)
        mail.has_attachments = row[places["has_attachments"]]
        yield mail
