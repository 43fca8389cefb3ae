"""Mails in a sender's hands: begun one by one, called back, given back, written together."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from crm.holding import hold_sending
from crm.mail import sending, slots
from crm.mail.actions import cancel_mail, pause_channel, resume_channel, suppress_address
from crm.mail.choices import MailKind, MailState, SuppressionReason
from crm.models import MailSlot
from tests.mail.conftest import in_hand, states, write

ONCE = MailKind.AT_MOST_ONCE


def test_mails_are_taken_together_and_begun_one_by_one(sink, channel) -> None:
    mails = [write(f"p{number}@example.com", ONCE) for number in range(3)]
    with in_hand(channel) as slot:
        first = slot.next_mail()
        assert first == mails[0]
        assert (first.attempts, first.headers, first.has_attachments) == (1, {}, False)
        assert states(*mails) == [MailState.IN_FLIGHT] * 3
        row = MailSlot.objects.get()
        assert (row.mails, row.reached) == ([mail.pk for mail in mails], 0)
        assert slot.begin(first)
        row.refresh_from_db()
        assert row.reached == 1
        assert slot.next_mail() == mails[1]


def test_what_was_not_begun_is_given_back_as_it_was(sink, channel) -> None:
    mails = [write(f"p{number}@example.com", ONCE) for number in range(3)]
    with in_hand(channel) as slot:
        assert slot.begin(slot.next_mail())
        slot.note_sent(slot.mails[0])
        slot.put_down()
    assert states(*mails) == [MailState.SENT, MailState.QUEUED, MailState.QUEUED]
    mails[2].refresh_from_db()
    assert (mails[2].attempts, mails[2].unanswered) == (0, 0)


@pytest.mark.parametrize("stop", [
    lambda channel: pause_channel(actor=None, channel=channel),
    lambda channel: hold_sending(actor=None, reason="After a restore"),
])  # fmt: skip
def test_a_pause_stops_what_is_in_hand_and_not_begun(sink, channel, send, stop) -> None:
    mails = [write(f"p{number}@example.com", ONCE) for number in range(3)]
    with in_hand(channel) as slot:
        assert slot.begin(slot.next_mail())
        slot.note_sent(slot.mails[0])
        stop(channel)
        assert not slot.begin(slot.next_mail())
        slot.put_down()
        assert slot.next_mail() is None
    assert send() == 0
    assert states(*mails) == [MailState.SENT, MailState.QUEUED, MailState.QUEUED]


def test_a_pause_between_two_mails_ends_the_run_and_the_rest_leaves_after_it(sink, channel, send, monkeypatch) -> None:
    mails = [write(f"p{number}@example.com", ONCE) for number in range(4)]
    work = sending._Run._work

    def pause_after_two(self, mail, message, transport):
        work(self, mail, message, transport)
        if len(sink.taken) == 2:
            pause_channel(actor=None, channel=channel)

    monkeypatch.setattr(sending._Run, "_work", pause_after_two)
    assert send() == 2
    assert states(*mails) == [MailState.SENT] * 2 + [MailState.QUEUED] * 2
    resume_channel(actor=None, channel=channel)
    assert send() == 2
    assert sorted(sink.recipients()) == [mail.recipient for mail in mails]


def test_a_mail_in_hand_is_called_back_until_it_has_begun(sink, channel) -> None:
    begun, called_back = write("mia@example.com", ONCE), write("noor@example.com", ONCE)
    with in_hand(channel) as slot:
        assert slot.begin(slot.next_mail())
        with pytest.raises(ValidationError, match="cannot be called back"):
            cancel_mail(actor=None, mail=begun)
        cancel_mail(actor=None, mail=called_back)
        assert not slot.begin(slot.next_mail())
    assert states(begun, called_back) == [MailState.IN_FLIGHT, MailState.CANCELLED]


def test_what_happens_to_mails_in_hand_before_their_turn_is_heeded(sink, channel, send, monkeypatch) -> None:
    first, called_back, suppressed, last = [write(f"p{number}@example.com", ONCE) for number in range(4)]
    work = sending._Run._work

    def meanwhile(self, mail, message, transport):
        work(self, mail, message, transport)
        if mail == first:
            cancel_mail(actor=None, mail=called_back)
            suppress_address(actor=None, address=suppressed.recipient, reason=SuppressionReason.COMPLAINT)

    monkeypatch.setattr(sending._Run, "_work", meanwhile)
    send()
    cancelled = [MailState.CANCELLED] * 2
    assert states(first, called_back, suppressed, last) == [MailState.SENT, *cancelled, MailState.SENT]
    assert sink.recipients() == [first.recipient, last.recipient]


def test_a_mail_that_is_being_called_back_waits_for_the_word_and_does_not_leave(sink, channel) -> None:
    """The sender's commit waits for whoever calls the mail back, and then finds it gone."""
    mail = write("mia@example.com", ONCE)
    with in_hand(channel) as slot:
        taken = slot.next_mail()
        slot.line.execute("SET lock_timeout = '100ms'")
        connection.set_autocommit(False)
        try:
            cancel_mail(actor=None, mail=mail)
            with pytest.raises(Exception, match="lock timeout"):
                slot.begin(taken)
            connection.commit()
        finally:
            connection.set_autocommit(True)
        assert not slot.begin(taken)
    assert states(mail) == [MailState.CANCELLED]


def test_a_more_urgent_mail_has_its_turn_while_many_are_in_hand(sink, send, monkeypatch) -> None:
    monkeypatch.setattr(slots, "MOST_SECONDS", 0.0)  # what is in hand is put down after each mail
    sink.seconds = 0.01
    for number in range(5):
        write(f"p{number}@example.com", ONCE)
    work = sending._Run._work

    def meanwhile(self, mail, message, transport):
        work(self, mail, message, transport)
        if mail.recipient == "p1@example.com":
            write("reset@example.com", MailKind.AT_LEAST_ONCE)

    monkeypatch.setattr(sending._Run, "_work", meanwhile)
    send()
    assert sink.recipients()[:3] == ["p0@example.com", "p1@example.com", "reset@example.com"]
    assert len(sink.recipients()) == 6


def test_no_more_is_held_in_memory_than_its_bound(sink, channel, monkeypatch) -> None:
    monkeypatch.setattr(slots, "MOST_BYTES", 25_000)
    for number in range(5):
        write(f"p{number}@example.com", ONCE, text="x" * 10_000)
    with in_hand(channel) as slot:
        slot.next_mail()
        assert len(slot.mails) == 3
