"""Mails that go back unsent: counted off in one order, left alone where another sender has taken them since."""

from __future__ import annotations

import time

import psycopg
import pytest
from django.db import OperationalError as DatabaseGone
from django.db import connection, transaction
from django.utils import timezone

from crm.mail.choices import MailKind, MailState
from crm.mail.pacing import MINUTE
from crm.models import MailCount, MailLimit, OutgoingMail
from tests.concurrency.racing import beside, until_somebody_waits
from tests.mail.conftest import in_hand, write


def test_counters_are_counted_off_in_the_order_in_which_others_lock_them(sink, channel) -> None:
    MailLimit.objects.create(channel=channel, per_minute=50)
    domains = [f"{letter}.example" for letter in "abcdefgh"]
    for domain in reversed(domains):  # so that they lie in the table the other way round
        MailCount.objects.create(channel=channel, what=domain, per=MINUTE, since=timezone.now(), count=0, held=0)
        write(f"mia@{domain}", MailKind.AT_MOST_ONCE)
    with in_hand(channel) as slot:
        assert slot.next_mail() is not None
        rows = MailCount.objects.select_for_update(nowait=True)
        with transaction.atomic():
            rows.get(what=domains[0])
            other = beside(slot.put_down)
            until_somebody_waits()
            for domain in domains[1:]:  # another sender goes on, where the one that waits has not locked these
                rows.get(what=domain)
        other.join(timeout=20)
    assert set(MailCount.objects.values_list("count", flat=True)) == {0}
    assert set(OutgoingMail.objects.values_list("state", "attempts")) == {(MailState.QUEUED, 0)}


def test_what_went_back_and_was_taken_by_another_is_left_to_that_one(sink, channel) -> None:
    """The line breaks just after the commit that gave it back: the sender does not know that it went back."""
    channel.connections = 2
    channel.save()
    mail = write("mia@example.com", MailKind.AT_MOST_ONCE)
    with pytest.raises(DatabaseGone), in_hand(channel) as second, in_hand(channel) as first:
        assert first.next_mail() == mail
        OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.QUEUED, attempts=0)
        assert second.next_mail() == mail
        assert second.begin(mail)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first.line.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            first.put_down()
        found = OutgoingMail.objects.get(pk=mail.pk)
        assert (found.state, found.attempts, found.claimed_slot) == (MailState.IN_FLIGHT, 1, second.row.number)


def test_a_sender_whose_time_is_over_looks_for_no_others_behind_those_that_wait(sink, channel) -> None:
    MailLimit.objects.create(channel=channel, domains=["gmail.com"], per_hour=1)
    for number in range(120):
        write(f"p{number}@gmail.com", MailKind.AT_MOST_ONCE)
    waits = OutgoingMail.objects.exclude(last_error="")
    with in_hand(channel) as slot:
        assert slot.next_mail() is not None
        slot.size, slot.end = 1, time.monotonic()
        slot.skip()
        assert slot.next_mail() is None
        told = waits.count()
        assert told < 20
        slot.end = time.monotonic() + 60
        assert slot.next_mail() is None
        assert waits.count() == 119
