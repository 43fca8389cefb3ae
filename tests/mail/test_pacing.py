"""Limits of the providers that receive, and the warm-up of a channel: many senders keep them together, none fails."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from crm.company import current_company
from crm.mail import pacing, sending
from crm.mail.choices import MailKind, MailState
from crm.mail.forecast import forecast, warm_up_ends_on
from crm.mail.pacing import DAY, HOUR, MANY, MINUTE, Pace, allowance, crowded_domains, look_again, room_for_many
from crm.models import MailChannel, MailCount, MailLimit, OutgoingMail
from tests.factories import make_company
from tests.mail.conftest import in_hand, write
from tests.mail.sink import Sink


def limit(channel: MailChannel, *domains: str, **most: int) -> MailLimit:
    found: MailLimit = MailLimit.objects.create(channel=channel, domains=list(domains), **most)
    return found


def domains_of(sink: Sink) -> Counter[str]:
    return Counter(one.recipient.rpartition("@")[2] for one in sink.taken)


def minute_later() -> None:
    """A minute, an hour and a day pass for the counters, and what waits falls due."""
    MailCount.objects.update(since=timezone.now() - dt.timedelta(days=1, minutes=1))
    OutgoingMail.objects.filter(state=MailState.QUEUED).update(due_at=timezone.now())


def at_once(channel: MailChannel, senders: int) -> None:
    """As many senders as workers would run, each on connections of its own."""

    def work() -> None:
        try:
            sending.send_due(channel.pk)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)


def test_senders_at_once_keep_the_limit_of_a_provider_together_and_hold_up_nobody_else(sink, channel):
    MailChannel.objects.update(connections=4)
    limit(channel, "gmail.com", "googlemail.com", per_hour=7)
    for number in range(60):
        write(f"p{number}@{('gmail.com', 'googlemail.com')[number % 2]}", MailKind.AT_MOST_ONCE)
    for number in range(20):
        write(f"p{number}@else.example", MailKind.AT_MOST_ONCE)
    at_once(channel, 4)
    came = domains_of(sink)
    assert (came["gmail.com"] + came["googlemail.com"], came["else.example"]) == (7, 20)
    waiting = OutgoingMail.objects.filter(state=MailState.QUEUED)
    assert (waiting.count(), waiting.filter(due_at__gt=timezone.now(), attempts=0).count()) == (53, 53)
    assert waiting.first().last_error == "Waits for its turn: gmail.com, googlemail.com: 7 an hour."
    assert MailCount.objects.get(per=HOUR).count == 7
    for _ in range(8):
        minute_later()
        at_once(channel, 4)
    assert len(sink.taken) == len({one.recipient for one in sink.taken}) == 80
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {MailState.SENT}


def test_each_other_domain_has_the_limit_of_all_others_by_itself(sink, channel, send):
    limit(channel, "gmail.com", per_minute=3)
    limit(channel, per_minute=2, per_hour=3)
    for number in range(5):
        for domain in ("gmail.com", "a.example", "B.example"):
            write(f"p{number}@{domain}")
    send()
    assert domains_of(sink) == {"gmail.com": 3, "a.example": 2, "b.example": 2}
    MailCount.objects.filter(per=MINUTE).update(since=timezone.now() - dt.timedelta(minutes=2))
    OutgoingMail.objects.filter(state=MailState.QUEUED).update(due_at=timezone.now())
    send()
    assert domains_of(sink) == {"gmail.com": 5, "a.example": 3, "b.example": 3}


def test_what_waits_is_spread_over_the_minutes_to_come_and_others_are_not_looked_at_again(sink, channel, send):
    limit(channel, "gmail.com", per_minute=5)
    for number in range(17):
        write(f"p{number}@gmail.com", MailKind.AT_MOST_ONCE)
    send()
    moments = Counter(OutgoingMail.objects.filter(state=MailState.QUEUED).values_list("due_at", flat=True))
    assert [count for _, count in sorted(moments.items())] == [5, 5, 2]
    first = min(moments)
    assert sorted(moments) == [first + n * dt.timedelta(minutes=1) for n in range(3)]
    assert send() == 0


def test_a_mail_to_one_person_is_counted_goes_first_and_never_waits_for_a_warm_up(sink, channel, send):
    make_company()
    limit(channel, "gmail.com", per_minute=2)
    MailChannel.objects.update(warm_up_on=timezone.localdate(), warm_up_mails=1)
    for number in range(3):
        write(f"p{number}@gmail.com", MailKind.AT_MOST_ONCE)
    for number in range(3):
        write(f"s{number}@else.example")
    write("mia@gmail.com")
    send()
    assert sorted(one.recipient for one in sink.taken) == [
        "mia@gmail.com", "p0@gmail.com", "s0@else.example", "s1@else.example", "s2@else.example",
    ]  # fmt: skip
    why = dict(OutgoingMail.objects.filter(state=MailState.QUEUED).values_list("recipient", "last_error"))
    assert set(why) == {"p1@gmail.com", "p2@gmail.com"}


def test_a_warm_up_is_kept_by_senders_at_once_and_grows_by_the_day(sink, channel):
    make_company()
    MailChannel.objects.update(
        connections=3, warm_up_on=timezone.localdate(), warm_up_mails=4, warm_up_growth=100, warm_up_until=16
    )
    for number in range(40):
        write(f"p{number}@d{number}.example", MailKind.AT_MOST_ONCE)
    at_once(channel, 3)
    assert len(sink.taken) == 4
    assert not OutgoingMail.objects.exclude(state__in=(MailState.SENT, MailState.QUEUED)).exists()
    for day, came in ((1, 12), (2, 40)):  # 8 more on the second day; on the third it would be 16, and is warmed up
        MailChannel.objects.update(warm_up_on=timezone.localdate() - dt.timedelta(days=day))
        minute_later()
        at_once(MailChannel.objects.get(), 3)
        assert len(sink.taken) == came


def test_what_goes_back_unsent_is_counted_off_and_a_death_sends_nothing_twice(sink, channel, send):
    limit(channel, "gmail.com", per_hour=5)
    for number in range(8):
        write(f"p{number}@gmail.com", MailKind.AT_MOST_ONCE)
    with in_hand(channel) as slot:
        assert slot.next_mail() is not None
        assert (len(slot.mails), MailCount.objects.get().count) == (5, 5)
        slot.put_down()
        assert MailCount.objects.get().count == 0
    send()
    assert (len(sink.taken), MailCount.objects.get().count) == (5, 5)


def test_other_limits_are_looked_at_at_once_and_a_domain_stands_in_one(sink, channel, send):
    found = limit(channel, "gmail.com", per_hour=1)
    write("a@gmail.com")
    write("b@gmail.com")
    send()
    assert send() == 0
    found.per_hour = 5
    found.save()
    assert look_again(channel) == 1
    assert send() == 1
    other = MailLimit(channel=channel, domains=[" GMail.com "], per_hour=2)
    with pytest.raises(ValidationError, match=r"gmail\.com stands in another limit"):
        other.full_clean()
    with pytest.raises(ValidationError, match="is no domain"):
        MailLimit(channel=channel, domains=["gmail"], per_hour=2).full_clean()
    with pytest.raises(ValidationError, match="Say how many"):
        MailLimit(channel=channel, domains=["web.de"]).full_clean()


def test_the_queue_takes_no_more_than_what_leaves_today_and_none_for_a_crowd(channel, monkeypatch):
    make_company()
    assert (room_for_many(channel), crowded_domains(channel)) == (None, [])
    channel.warm_up_on, channel.warm_up_mails = timezone.localdate(), 10
    MailCount.objects.create(channel=channel, what=MANY, per=DAY, since=timezone.now(), count=4)
    for number in range(3):
        write(f"p{number}@gmx.de", MailKind.AT_MOST_ONCE)
    assert room_for_many(channel) == 3
    limit(channel, "gmx.de", "gmx.net", per_hour=9)
    monkeypatch.setattr(pacing, "CROWD", 3)
    assert crowded_domains(channel) == ["gmx.de", "gmx.net"]


def test_how_long_it_takes_is_said_by_what_takes_longest(channel):
    make_company()
    now = timezone.now()
    assert forecast(channel, {"gmail.com": 1_000_000}, now) is None
    limit(channel, "gmail.com", per_minute=10, per_hour=100)
    limit(channel, per_minute=60)
    found = forecast(channel, {"gmail.com": 450, "a.example": 600, "b.example": 600}, now)
    assert (found.ends_at - now, found.words) == (dt.timedelta(hours=4), "gmail.com: 100 an hour")
    channel.warm_up_on, channel.warm_up_mails, channel.warm_up_growth = timezone.localdate(), 100, 100
    days = [100 * 2**day for day in range(4)]
    assert [allowance(channel, timezone.localdate() + dt.timedelta(days=day)) for day in range(4)] == days
    found = forecast(channel, {"else.example": 600}, now, others=200)
    last = found.ends_at.astimezone(current_company().zone).date()
    assert (last - timezone.localdate()).days == 3  # 100, 200, 400, 100 of 800
    channel.warm_up_until = 800
    assert warm_up_ends_on(channel, timezone.localdate()) == timezone.localdate() + dt.timedelta(days=3)
    assert Pace(channel).limit_of("gmail.com") is not None
