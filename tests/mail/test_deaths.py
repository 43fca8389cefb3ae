"""Senders that die at the worst moments: what the promise of each kind demands is kept."""

from __future__ import annotations

import threading
from itertools import product

import pytest
from django.db import OperationalError as DatabaseGone
from django.db import connection
from django.utils import timezone
from psycopg import OperationalError

from crm.mail import ledger, sending
from crm.mail.channels import channel_named
from crm.mail.choices import MailKind, MailState
from crm.mail.replies import SENT
from crm.mail.slots import Slot
from crm.models import MailChannel, MailSlot
from tests.mail.conftest import KILLED, due_now, in_hand, states, write
from tests.mail.sink import Sink

FAILPOINTS = (
    "mail.after_claim", "mail.after_begin", "mail.before_smtp", "mail.after_smtp", "mail.before_commit",
    "mail.after_commit",
)  # fmt: skip
# five mails are taken at once and written at once
AT = {"mail.after_claim": 1, "mail.before_commit": 1, "mail.after_commit": 1}
# by failpoint: which mail is in the air, if any; was it taken by the server?
STRUCK = {"mail.after_begin": 2, "mail.before_smtp": 2, "mail.after_smtp": 2, "mail.before_commit": 4}
TAKEN = {"mail.after_smtp", "mail.before_commit"}


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
    ended = send_in_processes(
        *[(channel, f"{failpoint}=kill@{AT.get(failpoint, 3)}") for (_, failpoint), channel in channels.items()]
    )
    assert ended == [KILLED] * len(channels)
    for channel in channels.values():
        sending.send_due(channel.pk)
    for (kind, failpoint), channel in channels.items():
        check_promise(sink, kind, failpoint, channel)


def check_promise(sink: Sink, kind: str, failpoint: str, channel: MailChannel) -> None:
    """Of five mails the one in the air is where its kind demands; the others were sent once, at one attempt."""
    mails = list(channel.mails.order_by("pk"))
    struck = mails.pop(STRUCK[failpoint]) if failpoint in STRUCK else None
    was_taken = failpoint in TAKEN
    if struck is not None and kind == MailKind.AT_MOST_ONCE:
        assert (struck.state, len(sink.to(struck.recipient))) == (MailState.UNCERTAIN, was_taken)
    elif struck is not None:
        copies = sink.to(struck.recipient)
        assert (struck.state, len(copies)) == (MailState.SENT, 1 + was_taken)
        assert {taken.message_id for taken in copies} == {struck.message_id}
    assert {(mail.state, mail.attempts, mail.unanswered) for mail in mails} == {(MailState.SENT, 1, 0)}
    assert [len(sink.to(mail.recipient)) for mail in mails] == [1] * len(mails)


def test_a_mail_that_kills_its_sender_is_parked_after_three_deaths_and_the_rest_flows(sink, channel, send) -> None:
    poison = write("poison@example.com")
    for _ in range(3):
        with in_hand(channel) as slot:
            assert slot.begin(slot.next_mail())
        sending.sweep()
        due_now(poison)
    write("mia@example.com")
    send()
    poison.refresh_from_db()
    assert (poison.state, poison.unanswered) == (MailState.PARKED, 3)
    assert sink.recipients() == ["mia@example.com"]


def test_the_rows_of_a_living_sender_are_left_alone(sink, channel, send) -> None:
    begun, untouched = write("mia@example.com", MailKind.AT_MOST_ONCE), write("noor@example.com", MailKind.AT_MOST_ONCE)
    with in_hand(channel) as slot:
        assert slot.begin(slot.next_mail())
        sending.sweep()
        assert send() == 0
        assert states(begun, untouched) == [MailState.IN_FLIGHT, MailState.IN_FLIGHT]
    sending.sweep()
    assert states(begun, untouched) == [MailState.UNCERTAIN, MailState.QUEUED]


def test_an_answer_that_comes_after_the_row_was_given_up_is_still_believed(sink, channel) -> None:
    mail = write("mia@example.com", MailKind.AT_MOST_ONCE)
    with in_hand(channel) as slot:
        begun = slot.next_mail()
        assert slot.begin(begun)
    sending.sweep()
    assert states(mail) == [MailState.UNCERTAIN]
    ledger.record(begun, SENT)
    assert states(mail) == [MailState.SENT]


def test_a_sender_that_lost_its_lock_begins_nothing_and_still_tells_what_it_knows(sink, channel) -> None:
    sent, next_one = write("mia@example.com", MailKind.AT_MOST_ONCE), write("noor@example.com", MailKind.AT_MOST_ONCE)
    with pytest.raises(DatabaseGone), in_hand(channel) as slot:
        mail = slot.next_mail()
        assert slot.begin(mail)
        slot.note_sent(mail)
        end_line(slot)
        with pytest.raises(OperationalError):
            slot.begin(slot.mails[1])
        sending.sweep()  # somebody else is quicker, and knows less
        assert states(sent, next_one) == [MailState.UNCERTAIN, MailState.QUEUED]
        with pytest.raises(OperationalError):
            slot.put_down()
    assert states(sent, next_one) == [MailState.SENT, MailState.QUEUED]
    next_one.refresh_from_db()
    assert (next_one.attempts, next_one.unanswered) == (0, 0)


def end_line(slot: Slot) -> None:
    """As a restart of the database does; a crash empties the table of slots besides."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [slot.line.info.backend_pid])


def test_after_a_crash_of_the_database_what_was_in_hand_is_in_doubt_until_its_sender_tells(sink, channel) -> None:
    once = [write(f"p{number}@example.com", MailKind.AT_MOST_ONCE) for number in range(2)]
    again = write("reset@example.com", MailKind.AT_LEAST_ONCE)
    with pytest.raises(DatabaseGone), in_hand(channel) as slot:
        for _ in range(2):
            mail = slot.next_mail()
            assert slot.begin(mail)
            slot.note_sent(mail)
        end_line(slot)
        MailSlot.objects.all().delete()
        sending.sweep()
        assert states(again, *once) == [MailState.QUEUED, MailState.UNCERTAIN, MailState.UNCERTAIN]
        again.refresh_from_db()
        assert again.due_at > timezone.now()  # not at once: its sender may live
        with pytest.raises(OperationalError):
            slot.put_down()
    assert states(again, *once) == [MailState.SENT, MailState.SENT, MailState.QUEUED]


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
