"""The sender: claims one row after another, speaks to the server outside any transaction, writes what came of it.

A mail costs one statement and one durable commit: the claim of the next one writes the one before as sent. Measured
over one connection: as many a second as Django sends without a ledger when it builds each message (about 300), and a
sixth of bare smtplib with ready bytes.

A channel has slots, as many as it may have connections. Who sends holds the session lock of a slot, on a database
connection of its own: it is free again the moment the process dies, and who takes it next settles the row left there.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from crm import bells
from crm.choices import JobQueue
from crm.failpoints import failpoint
from crm.locks import side_connection, take_lock
from crm.mail import channels, ledger
from crm.mail.composing import AttachmentMissing
from crm.mail.replies import SENT, ChannelTrouble, Outcome, Verdict
from crm.mail.transports import Transport, transport_of
from crm.models import MailChannel, OutgoingMail

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger(__name__)
LOCK_CLASS = 7303
SLOTS = 100
RUN_SECONDS = 15.0  # below the time that a worker is given to end
PATIENCE_SECONDS = 2.0
LONGEST_COUNTDOWN = 60


def ring(channel_id: int, countdown: float = 0) -> None:
    """Tell a worker that there is something to send. Where the broker does not answer, the sweeper rings again."""
    from crm.tasks import send_mails_task  # noqa: PLC0415 - tasks import this module

    bells.ring(send_mails_task, channel_id, queue=JobQueue.MAIL, countdown=countdown)


def send_due(channel_id: int, seconds: float = RUN_SECONDS) -> int:
    """Send what is due by one channel for some seconds; returns how many rows were worked on.

    Returns at once when as many senders as the channel may have are at work, when it is paused or in trouble.
    """
    channel = MailChannel.objects.get(pk=channel_id)
    end, done = time.monotonic() + seconds, 0
    while True:
        with side_connection() as side:
            slot = _take_slot(side, channel)
            if slot is None:
                return done
            ledger.settle(channel.pk, slot)
            run = _Run(channel, slot, end)
            run.send()
        done += run.done
        if run.is_out_of_time:
            ring(channel.pk, run.wait)
        # a row written while the lock was held found nobody to take it
        if not run.is_drained or not ledger.is_anything_due(channel.pk):
            return done


def sweep() -> int:
    """Settle what dead senders left, and ring for each channel where mail is due; returns how many channels."""
    for channel_id, slot in ledger.slots_in_flight():
        with side_connection() as side:
            if take_lock(side, LOCK_CLASS, channel_id * SLOTS + slot):
                ledger.settle(channel_id, slot)
    waiting = [channel for channel in MailChannel.objects.all() if ledger.is_anything_due(channel.pk)]
    for channel in waiting:
        for _ in range(channel.connections):
            ring(channel.pk)
    return len(waiting)


def _take_slot(side: BaseDatabaseWrapper, channel: MailChannel) -> int | None:
    """The number of a free slot, now held; None when all are taken."""
    numbers = range(min(channel.connections, SLOTS))
    return next((slot for slot in numbers if take_lock(side, LOCK_CLASS, channel.pk * SLOTS + slot)), None)


class _Run:
    """One sender at work: a slot, a kept connection, an end in time."""

    def __init__(self, channel: MailChannel, slot: int, end: float) -> None:
        self.channel = channel
        self.slot = slot
        self.end = end
        self.has_trouble = channel.consecutive_errors > 0
        self.is_drained = False
        self.is_out_of_time = False
        self.wait = 0.0
        self.done = 0
        self.sent: OutgoingMail | None = None

    def send(self) -> None:
        """Work until nothing is due, time is up, or the channel is paused or in trouble."""
        if not ledger.is_anything_due(self.channel.pk):
            self.is_drained = True
            return
        try:
            transport = transport_of(self.channel)
        except ChannelTrouble as trouble:
            channels.note_trouble(self.channel.pk, str(trouble))
            return
        try:
            self._send_by(transport)
        except ChannelTrouble as trouble:
            logger.warning("Mail channel %s: %s", self.channel.name, trouble)
            channels.note_trouble(self.channel.pk, str(trouble))
        finally:
            self._write_sent()
            transport.close()

    def _send_by(self, transport: Transport) -> None:
        while self._has_time():
            # before a row is touched: what the line cannot do is no row's fault
            if not transport.is_open:
                self._write_sent()
                transport.open()
            mail = self._claim()
            if mail is None:
                self.is_drained = True
                break
            self._work(mail, transport)
            self.done += 1

    def _has_time(self) -> bool:
        """Whether another mail may leave, after waiting for its turn."""
        if time.monotonic() >= self.end:
            self.is_out_of_time = True
            return False
        if self.channel.rate_per_minute is None:
            return True
        self._write_sent()
        turn = channels.take_turn(self.channel, PATIENCE_SECONDS)
        if turn is None:
            self.is_out_of_time = True
            self.wait = min(60 / self.channel.rate_per_minute, LONGEST_COUNTDOWN)
            return False
        time.sleep(turn)
        return True

    def _claim(self) -> OutgoingMail | None:
        """The next row; by the same statement the one before it is written as sent."""
        sent, self.sent = self.sent, None
        mail = ledger.claim(self.channel.pk, self.slot, sent)
        if sent is not None:
            failpoint("mail.after_commit")
        failpoint("mail.after_claim")
        return mail

    def _write_sent(self) -> None:
        """Write the mail that was sent last now, because something else comes before the next claim."""
        sent, self.sent = self.sent, None
        if sent is not None:
            ledger.record(sent, SENT)
            failpoint("mail.after_commit")

    def _work(self, mail: OutgoingMail, transport: Transport) -> None:
        if ledger.is_suppressed(mail):
            ledger.cancel_suppressed(mail)
            return
        try:
            outcome = transport.deliver(mail)
        except AttachmentMissing as error:
            ledger.park(mail, str(error))
            return
        except (ValueError, TypeError, LookupError) as error:
            logger.exception("Mail %s cannot be made into a message.", mail.pk)
            transport.close()
            ledger.park(mail, f"It cannot be made into a message: {type(error).__name__}: {error}")
            return
        failpoint("mail.after_smtp")
        if outcome == SENT:
            self.sent = mail
        else:
            ledger.record(mail, outcome)
        self._note(mail, outcome)

    def _note(self, mail: OutgoingMail, outcome: Outcome) -> None:
        """Tell the address and the channel what they need to know."""
        if outcome.is_gone:
            ledger.note_gone(mail, outcome)
        if outcome.is_trouble:
            self.has_trouble = True
            channels.note_trouble(self.channel.pk, outcome.sentence)
        elif self.has_trouble and outcome.verdict != Verdict.LATER:
            self.has_trouble = False
            channels.note_success(self.channel.pk)
