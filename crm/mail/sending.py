"""The sender: takes rows, speaks to the server outside any transaction, has written what came of each.

Composing and commits included it costs about four times the CPU of a bare loop over smtplib with ready bytes,
PostgreSQL's part counted too (`ONLY=mail make bench`).
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from typing import Any

from django.utils import timezone

from crm import bells
from crm.choices import JobQueue
from crm.failpoints import failpoint
from crm.locks import side_connection
from crm.mail import channels, ledger, set_back, slots
from crm.mail.composing import AttachmentMissing
from crm.mail.replies import SENT, ChannelTrouble, Outcome, Verdict
from crm.mail.slots import Slot
from crm.mail.transports import Transport, transport_of
from crm.models import MailChannel, OutgoingMail

logger = logging.getLogger(__name__)
RUN_SECONDS = 15.0  # below the time that a worker is given to end
PATIENCE_SECONDS = 2.0
SHORT_SECONDS = 0.05
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
            slot = slots.hold_slot(side, channel)
            if slot is None:
                return done
            run = _Run(channel, slot, end)
            run.send()
        done += run.done
        if run.is_out_of_time:
            ring(channel.pk, run.wait)
        elif slot.next_at is not None:
            ring(channel.pk, _seconds_until(slot.next_at))
        # a row written while the lock was held found nobody to take it
        if not run.is_drained or not ledger.is_anything_due(channel.pk):
            return done


def _seconds_until(moment: dt.datetime) -> float:
    return min(max((moment - timezone.now()).total_seconds(), 0), LONGEST_COUNTDOWN)


def sweep() -> int:
    """Settle what dead senders left, and ring for each channel where mail is due; returns how many channels."""
    set_back.draw_back(timezone.now())
    with side_connection() as side:
        slots.settle_the_dead(side)
    waiting = [channel for channel in MailChannel.objects.all() if ledger.is_anything_due(channel.pk)]
    for channel in waiting:
        for _ in range(channel.connections):
            ring(channel.pk)
    return len(waiting)


class _Run:
    """One sender at work: a slot, a kept connection, an end in time."""

    def __init__(self, channel: MailChannel, slot: Slot, end: float) -> None:
        self.channel = channel
        self.slot = slot
        self.end = slot.end = end
        self.has_trouble = channel.consecutive_errors > 0
        self.is_drained = False
        self.is_out_of_time = False
        self.wait = 0.0
        self.done = 0

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
            transport.close()
            self.slot.put_down()

    def _send_by(self, transport: Transport) -> None:
        while self._has_time():
            # before a row is touched: what the line cannot do is no row's fault
            if not transport.is_open:
                self.slot.write()
                transport.open()
            mail = self.slot.next_mail()
            if mail is None or not self._begin(mail, transport):
                self.is_drained = True
                break
            self.done += 1

    def _has_time(self) -> bool:
        """Whether another mail may leave, after waiting for its turn."""
        if time.monotonic() >= self.end:
            self.is_out_of_time = True
            return False
        if self.channel.rate_per_minute is None:
            return True
        turn = channels.take_turn(self.channel, PATIENCE_SECONDS)
        if turn is None:
            self.is_out_of_time = True
            self.wait = min(60 / self.channel.rate_per_minute, LONGEST_COUNTDOWN)
            return False
        if turn > SHORT_SECONDS:
            self.slot.write()
        time.sleep(turn)
        return True

    def _begin(self, mail: OutgoingMail, transport: Transport) -> bool:
        """Send one mail, or leave out one to which nothing may go; False where nothing may leave at all."""
        self.slot.ask_to_begin(mail)
        message, fault = self._make(mail, transport)  # while the database answers
        if self.slot.may_begin():
            if fault:
                transport.close()
                ledger.park(mail, fault)
            else:
                self._work(mail, message, transport)
            return True
        if ledger.is_suppressed(mail):
            ledger.cancel_suppressed(mail)
        elif ledger.is_in_flight(mail):
            return False  # the channel was paused, all sending is held back, or its time is over
        self.slot.skip()
        return True

    def _make(self, mail: OutgoingMail, transport: Transport) -> tuple[Any, str]:
        """What the transport carries, and why it cannot be made."""
        try:
            return transport.make(mail), ""
        except AttachmentMissing as error:
            return None, str(error)
        except (ValueError, TypeError, LookupError) as error:
            logger.exception("Mail %s cannot be made into a message.", mail.pk)
            return None, f"It cannot be made into a message: {type(error).__name__}: {error}"

    def _work(self, mail: OutgoingMail, message: Any, transport: Transport) -> None:
        try:
            outcome = transport.deliver(mail, message)
        except (ValueError, TypeError, LookupError) as error:
            logger.exception("Mail %s cannot be put on the line.", mail.pk)
            transport.close()
            ledger.park(mail, f"It cannot be made into a message: {type(error).__name__}: {error}")
            return
        failpoint("mail.after_smtp")
        if outcome == SENT:
            self.slot.note_sent(mail)
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
