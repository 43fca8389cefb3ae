"""Senders that die at the worst moments: what the promise of each kind demands is kept."""

from __future__ import annotations

import threading
from itertools import product

from django.db import connection

from crm.locks import side_connection, take_lock
from crm.mail import ledger, sending
from crm.mail.channels import channel_named
from crm.mail.choices import MailKind, MailState
from crm.mail.replies import SENT
from crm.models import MailChannel
from tests.mail.conftest import KILLED, due_now, write
from tests.mail.sink import Sink

FAILPOINTS = ("mail.after_claim", "mail.before_smtp", "mail.after_smtp", "mail.after_commit")
# by failpoint: was the mail that was in flight taken by the server?
TAKEN = {"mail.after_smtp"}


def channels_of_the_sink(settings) -> dict[tuple[str, str], MailChannel]:
    """A channel for each kind and failpoint, all leading to the sink."""
    found = {}
    for number, key in enumerate(product(MailKind.values, FAILPOINTS)):
        name = f"c{number}"
        settings.CRM_MAIL_SERVERS[name] = settings.CRM_MAIL_SERVERS["default"]
        found[key] = channel_named(name)
    return found


def test_senders_killed_at_each_failpoint_break_no_promise(settings, sink, send_in_processes) -> None:
    channels = channels_of_the_sink(settings)
    for (kind, failpoint), channel in channels.items():
        for number in range(5):
            write(f"p{number}@{kind}.{failpoint}.example", kind, channel=channel.name)
    ended = send_in_processes(*[(channel, f"{failpoint}=kill@3") for (_, failpoint), channel in channels.items()])
    assert ended == [KILLED] * len(channels)
    for channel in channels.values():
        sending.send_due(channel.pk)
    for (kind, failpoint), channel in channels.items():
        check_promise(sink, kind, failpoint, channel)


def check_promise(sink: Sink, kind: str, failpoint: str, channel: MailChannel) -> None:
    """Of five mails the third was struck: it is where its kind demands, the others were sent once."""
    # the statement that writes the third as sent has claimed the fourth
    number = 3 if failpoint == "mail.after_commit" else 2
    *others, struck = sorted(channel.mails.all(), key=lambda mail: mail.recipient.startswith(f"p{number}@"))
    copies = sink.to(struck.recipient)
    was_taken = failpoint in TAKEN
    if kind == MailKind.AT_MOST_ONCE:
        assert (struck.state, len(copies)) == (MailState.UNCERTAIN, was_taken)
    else:
        assert (struck.state, len(copies)) == (MailState.SENT, 1 + was_taken)
        assert {taken.message_id for taken in copies} == {struck.message_id}
    assert {mail.state for mail in others} == {MailState.SENT}
    assert [len(sink.to(mail.recipient)) for mail in others] == [1] * 4


def test_a_mail_that_kills_its_sender_is_parked_after_three_deaths_and_the_rest_flows(sink, channel, send) -> None:
    poison = write("poison@example.com")
    for _ in range(3):
        assert ledger.claim(channel.pk, 0) == poison
        ledger.settle(channel.pk, 0)
        due_now(poison)
    write("mia@example.com")
    send()
    poison.refresh_from_db()
    assert (poison.state, poison.unanswered) == (MailState.PARKED, 3)
    assert sink.recipients() == ["mia@example.com"]


def test_the_row_of_a_living_sender_is_left_alone(sink, channel, send) -> None:
    mail = write("mia@example.com", MailKind.AT_MOST_ONCE)
    with side_connection() as side:
        assert take_lock(side, sending.LOCK_CLASS, channel.pk * sending.SLOTS)
        claimed = ledger.claim(channel.pk, 0)
        assert claimed == mail
        sending.sweep()
        assert send() == 0
        mail.refresh_from_db()
        assert mail.state == MailState.IN_FLIGHT
    sending.sweep()
    mail.refresh_from_db()
    assert mail.state == MailState.UNCERTAIN


def test_an_answer_that_comes_after_the_row_was_given_up_is_still_believed(sink, channel) -> None:
    mail = write("mia@example.com", MailKind.AT_MOST_ONCE)
    claimed = ledger.claim(channel.pk, 0)
    assert claimed is not None
    ledger.settle(channel.pk, 0)
    ledger.record(claimed, SENT)
    mail.refresh_from_db()
    assert mail.state == MailState.SENT


def test_ten_deliveries_of_one_bell_send_a_mail_once(sink, channel) -> None:
    sink.seconds = 0.05
    for number in range(5):
        write(f"p{number}@example.com", MailKind.AT_MOST_ONCE)
    barrier = threading.Barrier(10)

    def work() -> None:
        barrier.wait()
        sending.send_due(channel.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sink.recipients()) == [f"p{number}@example.com" for number in range(5)]


def test_several_senders_share_a_queue_without_doubling(sink, channel) -> None:
    channel.connections = 3
    channel.save()
    sink.seconds = 0.02
    for number in range(30):
        write(f"p{number}@example.com", MailKind.AT_MOST_ONCE)

    def work() -> None:
        sending.send_due(channel.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sink.recipients()) == sorted(f"p{number}@example.com" for number in range(30))
    assert sink.connections > 1
