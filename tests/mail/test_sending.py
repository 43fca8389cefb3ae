"""What the sender does with each answer of a mail server."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from crm.mail import sending
from crm.mail.actions import allow_address, suppress_address
from crm.mail.choices import MailKind, MailState, SuppressionReason
from crm.mail.ledger import _pause_after
from crm.mail.smtp import SmtpTransport
from crm.models import OutgoingMail, SuppressedAddress
from tests.mail.conftest import due_now, write

MINUTE = dt.timedelta(minutes=1)
ONCE, AGAIN = MailKind.AT_MOST_ONCE, MailKind.AT_LEAST_ONCE
# what the server says at RCPT (or after the content), and whether it means that the address is gone
REFUSALS = {
    "gone@example.com": ("550 5.1.1 No such user here", True),
    "none@example.com": ("550 5.1.10 The domain takes no mail", True),
    "plain@example.com": ("550 No such user", True),
    "unclear@example.com": ("550 Mailbox unavailable", False),
    "full@example.com": ("550 5.2.2 Mailbox full", False),
    "sender@example.com": ("550 5.1.8 Bad sender", False),
    "listed@example.com": ("550 5.7.1 Your network is listed", False),
    "failed@example.com": ("554 Transaction failed", False),
    "content@example.com": ("data 552 5.6.0 Content refused", False),
}


def state(mail: OutgoingMail) -> str:
    mail.refresh_from_db()
    return mail.state


def test_a_mail_is_sent_once_and_its_row_says_so(sink, send) -> None:
    mails = [write(f"{kind}@example.com", kind) for kind in MailKind.values]
    assert (send(), send()) == (2, 0)
    for mail in mails:
        assert state(mail) == MailState.SENT
        assert (mail.smtp_code, mail.attempts, mail.last_error) == (250, 1, "")
        assert mail.sent_at is not None
        assert [taken.message_id for taken in sink.to(mail.recipient)] == [mail.message_id]


def test_many_mails_go_over_one_kept_connection(sink, send) -> None:
    for number in range(20):
        write(f"p{number}@example.com")
    assert send() == 20
    assert sink.connections == 1
    assert len(set(sink.recipients())) == 20


@pytest.mark.parametrize("reads_at_once", [True, False])
def test_a_refused_mail_between_others_costs_neither_them_nor_the_connection(sink, send, reads_at_once) -> None:
    sink.reads_at_once = reads_at_once
    sink.obey("gone@example.com", "550 5.1.1 No such user here")
    sink.obey("later@example.com", "451 4.2.0 Greylisted")
    mails = [write(f"{name}@example.com") for name in ("a", "gone", "b", "later", "c")]
    assert send() == 5
    ends = [MailState.SENT, MailState.FAILED, MailState.SENT, MailState.QUEUED, MailState.SENT]
    assert [state(mail) for mail in mails] == ends
    assert sink.recipients() == ["a@example.com", "b@example.com", "c@example.com"]
    assert sink.connections == 1


def test_a_kept_connection_that_the_server_closed_costs_no_mail(sink, send) -> None:
    mails = [write(f"p{number}@example.com", ONCE) for number in range(4)]
    sink.close_after = 2
    assert send() == 4
    assert [state(mail) for mail in mails] == [MailState.SENT] * 4
    assert [mail.attempts for mail in mails] == [1] * 4
    assert sink.connections == 2


def test_not_now_is_tried_again_after_a_growing_pause_with_the_same_message_id(sink, send) -> None:
    mails = [write(f"{kind}@example.com", kind) for kind in MailKind.values]
    for mail in mails:
        sink.obey(mail.recipient, "451 4.2.0 Greylisted", "451 4.2.0 Greylisted", "250")
    for pause in (MINUTE, 5 * MINUTE):
        before = timezone.now()
        assert send() == 2
        for mail in mails:
            assert state(mail) == MailState.QUEUED
            assert 0.8 * pause <= mail.due_at - before <= 1.2 * pause + MINUTE / 20
        assert (send(), sink.taken) == (0, [])
        due_now(*mails)
    assert send() == 2
    assert [state(mail) for mail in mails] == [MailState.SENT] * 2
    assert {taken.message_id for taken in sink.taken} == {mail.message_id for mail in mails}


def test_after_four_days_of_not_now_the_mail_has_failed(sink, send) -> None:
    sink.obey("mia@example.com", "452 4.2.2 Mailbox full")
    mail = write("mia@example.com")
    for _ in range(12):
        send()
        due_now(mail)
    assert state(mail) == MailState.FAILED
    assert (mail.attempts, mail.last_error) == (11, "Given up after four days: 452 4.2.2 Mailbox full")


def test_a_pause_passes_a_day_by_no_more_than_its_jitter() -> None:
    longest = max(_pause_after(attempts) for attempts in range(1, 40)) - timezone.now()
    assert longest <= 1.2 * dt.timedelta(days=1)


def test_a_refusal_is_recorded_and_only_an_address_that_is_gone_is_suppressed(sink, send) -> None:
    for address, (answer, _) in REFUSALS.items():
        sink.obey(address, answer)
        write(address, ONCE)
        write("next@example.com", AGAIN)
        send()
    rows = dict(OutgoingMail.objects.filter(state=MailState.FAILED).values_list("recipient", "last_error"))
    assert rows == {address: answer.removeprefix("data ") for address, (answer, _) in REFUSALS.items()}
    gone = set(SuppressedAddress.objects.values_list("address", flat=True))
    assert gone == {address for address, (_, is_gone) in REFUSALS.items() if is_gone}
    assert sink.recipients() == ["next@example.com"] * len(REFUSALS)


def test_a_suppressed_address_gets_nothing_until_it_is_allowed_again(sink, send) -> None:
    suppress_address(actor=None, address="Mía@Exämple.com", reason=SuppressionReason.COMPLAINT)
    mail = write("mÍa@exämple.com")
    send()
    assert state(mail) == MailState.CANCELLED
    assert mail.last_error == "Nothing is sent to this address: its owner complained."
    assert sink.taken == []
    assert allow_address(actor=None, address="mía@EXÄMPLE.com")
    write("mía@exämple.com")
    send()
    assert sink.recipients() == ["mía@xn--exmple-cua.com"]


def test_a_line_that_breaks_after_the_content_leaves_a_campaign_mail_uncertain_for_good(sink, send) -> None:
    sink.obey("mia@example.com", "drop")
    mail = write("mia@example.com", ONCE)
    send()
    due_now(mail)
    send()
    assert state(mail) == MailState.UNCERTAIN
    assert "No answer after the content had left" in mail.last_error
    assert len(sink.taken) == 1


def test_a_line_that_breaks_after_the_content_has_a_service_mail_sent_again_as_the_same(sink, send) -> None:
    sink.obey("mia@example.com", "drop", "250")
    mail = write("mia@example.com", AGAIN)
    send()
    assert (state(mail), mail.unanswered) == (MailState.QUEUED, 1)
    due_now(mail)
    send()
    assert state(mail) == MailState.SENT
    assert [taken.message_id for taken in sink.taken] == [mail.message_id] * 2


def test_a_service_mail_is_parked_after_three_times_without_an_answer(sink, send) -> None:
    sink.obey("mia@example.com", "drop")
    mail = write("mia@example.com", AGAIN)
    for _ in range(5):
        send()
        due_now(mail)
    assert (state(mail), len(sink.taken)) == (MailState.PARKED, 3)


def test_a_line_that_breaks_before_the_content_is_tried_again_for_every_kind(sink, send) -> None:
    words = {"hang": ONCE, "drop-first": ONCE, "421 4.3.2 Going down": AGAIN}
    mails = []
    for number, (word, kind) in enumerate(words.items()):
        sink.obey(f"p{number}@example.com", word, "250")
        mails.append(write(f"p{number}@example.com", kind))
    write("next@example.com", ONCE)
    send()
    assert [state(mail) for mail in mails] == [MailState.QUEUED] * 3
    assert sink.recipients() == ["next@example.com"]
    due_now(*mails)
    send()
    assert [state(mail) for mail in mails] == [MailState.SENT] * 3


def test_service_mail_overtakes_a_campaign_and_one_for_tomorrow_waits(sink, send) -> None:
    write("tomorrow@example.com", AGAIN, due_at=timezone.now() + dt.timedelta(days=1))
    for number in range(3):
        write(f"p{number}@example.com", ONCE)
    write("reset@example.com", AGAIN)
    assert send() == 4
    assert sink.recipients() == ["reset@example.com", *(f"p{number}@example.com" for number in range(3))]


def test_a_mail_written_while_the_sender_was_ending_is_not_left_to_the_sweeper(sink, send, monkeypatch) -> None:
    write("mia@example.com")
    run = sending._Run.send

    def run_then_write(self):
        run(self)
        if len(sink.taken) == 1:  # its bell finds the slot taken
            write("late@example.com")

    monkeypatch.setattr(sending._Run, "send", run_then_write)
    assert send() == 2
    assert sink.recipients() == ["mia@example.com", "late@example.com"]


def test_no_transaction_is_open_while_the_server_is_spoken_to(sink, send, monkeypatch) -> None:
    seen: list[bool] = []
    deliver = SmtpTransport.deliver

    def watch(self, mail, message):
        seen.append(connection.in_atomic_block)
        return deliver(self, mail, message)

    monkeypatch.setattr(SmtpTransport, "deliver", watch)
    write("mia@example.com")
    send()
    assert seen == [False]
