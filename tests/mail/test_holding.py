"""While sending is held (after a restore), no mail leaves: not by the look before, and not by the claim itself."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from crm.holding import hold_sending, release_sending
from crm.mail import ledger
from crm.mail.choices import MailState
from crm.models import OutgoingMail
from tests import factories as make
from tests.mail.conftest import in_hand, states, write


def test_nothing_is_due_while_sending_is_held_and_everything_afterwards(sink, channel, send) -> None:
    make.make_company()
    mails = [write(f"p{number}@example.com") for number in range(2)]
    hold_sending(actor=None, reason="Restored")
    assert not ledger.is_anything_due(channel.pk)
    assert send() == 0
    assert not sink.recipients()
    release_sending(actor=None)
    assert send() == 2
    assert sorted(sink.recipients()) == [mail.recipient for mail in mails]


def test_a_hold_that_comes_after_the_look_stops_what_would_be_taken(sink, channel) -> None:
    make.make_company()
    mail = write("p@example.com")
    assert ledger.is_anything_due(channel.pk)
    hold_sending(actor=None, reason="Restored")
    with in_hand(channel) as slot:
        assert slot.next_mail() is None
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (MailState.QUEUED, 0)


def test_a_hold_stops_what_is_in_hand_and_has_not_begun(sink, channel) -> None:
    make.make_company()
    first, second = write("a@example.com"), write("b@example.com")
    with in_hand(channel) as slot:
        assert slot.begin(slot.next_mail())
        slot.note_sent(first)
        hold_sending(actor=None, reason="Restored")
        assert not slot.begin(slot.next_mail())
        slot.put_down()
    assert states(first, second) == [MailState.SENT, MailState.QUEUED]


def test_a_mail_whose_time_is_over_is_neither_taken_nor_begun(sink, channel, send) -> None:
    now = timezone.now()
    open_now, late, first = write("a@example.com"), write("b@example.com"), write("c@example.com")
    OutgoingMail.objects.filter(pk=open_now.pk).update(closes_at=now + dt.timedelta(hours=1))
    OutgoingMail.objects.filter(pk=late.pk).update(closes_at=now)
    with in_hand(channel) as slot:
        assert slot.next_mail() == open_now
        slot.mails[0].closes_at = now  # as it would be later
        assert not slot.begin(slot.mails[0])
        slot.put_down()
    assert send() == 2
    assert states(open_now, late, first) == [MailState.SENT, MailState.QUEUED, MailState.SENT]
    assert not ledger.is_anything_due(channel.pk)
