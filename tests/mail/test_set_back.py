"""The clock is set back: what was written, put off, counted or paused by a clock that was ahead waits no day for it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import F
from django.utils import timezone

from crm.choices import JobState
from crm.jobs import jobs_left_behind, start_job
from crm.mail import sending
from crm.mail.channels import take_turn
from crm.mail.choices import MailKind, MailState
from crm.models import JobRun, MailChannel, MailCount, MailLimit, OutgoingMail
from tests.mail.conftest import write

JUMPS = [dt.timedelta(hours=1), dt.timedelta(days=1)]


@pytest.mark.parametrize("jump", JUMPS)
def test_what_was_written_put_off_and_paused_by_a_clock_that_was_ahead_leaves_once(sink, channel, send, jump):
    first, waits, again, chosen = (write(f"p{n}@x.example", MailKind.AT_MOST_ONCE) for n in range(4))
    next_week = timezone.now() + dt.timedelta(days=7)
    OutgoingMail.objects.filter(pk=chosen.pk).update(due_at=next_week)
    OutgoingMail.objects.exclude(pk=first.pk).filter(due_at__lt=next_week).update(due_at=F("due_at") + jump)
    send()
    assert [one.recipient for one in sink.taken] == ["p0@x.example"]
    # as the clock that was ahead had written it: sent, put off for ten minutes after an attempt, just written, chosen
    OutgoingMail.objects.update(created_at=F("created_at") + jump)
    OutgoingMail.objects.filter(pk=first.pk).update(sent_at=F("sent_at") + jump, claimed_at=F("claimed_at") + jump)
    now = timezone.now()
    put_off = {"attempts": 1, "claimed_at": now + jump, "due_at": now + jump + dt.timedelta(minutes=10)}
    OutgoingMail.objects.filter(pk=again.pk).update(**put_off)
    ahead = now + jump
    MailChannel.objects.update(paused_at=ahead, paused_until=ahead + dt.timedelta(minutes=2))
    for _ in range(2):
        sending.sweep()
    channel.refresh_from_db()
    assert channel.paused_until < now + dt.timedelta(minutes=5)
    MailChannel.objects.update(paused_at=None, paused_until=None)
    send()
    assert [one.recipient for one in sink.taken] == ["p0@x.example", "p1@x.example"]
    again.refresh_from_db()
    chosen.refresh_from_db()
    assert dt.timedelta(minutes=9) < again.due_at - now < dt.timedelta(minutes=11)
    assert (chosen.due_at, chosen.state) == (next_week, MailState.QUEUED)
    waits.refresh_from_db()
    assert waits.state == MailState.SENT


@pytest.mark.parametrize("jump", JUMPS)
def test_limits_of_a_provider_and_the_pace_of_a_channel_hold_nobody_up_for_the_jump(sink, channel, send, jump):
    MailLimit.objects.create(channel=channel, domains=["x.example"], per_minute=3, per_hour=20)
    for number in range(2):
        write(f"p{number}@x.example", MailKind.AT_MOST_ONCE)
    send()
    MailCount.objects.update(since=F("since") + jump)
    for number in range(2, 5):
        write(f"p{number}@x.example", MailKind.AT_MOST_ONCE)
    send()
    # what had left counts on: one more in this minute, the others in the next one
    assert len(sink.taken) == 3
    waiting = OutgoingMail.objects.filter(state=MailState.QUEUED)
    assert {(one.due_at - timezone.now()) < dt.timedelta(minutes=2) for one in waiting} == {True}
    assert MailCount.objects.filter(since__gt=timezone.now()).count() == 0
    MailChannel.objects.update(rate_per_minute=60, next_at=timezone.now() + jump)
    channel.refresh_from_db()
    turn = take_turn(channel, 2)
    assert turn is not None and turn < 2
    channel.refresh_from_db()
    assert channel.next_at < timezone.now() + dt.timedelta(seconds=5)


def test_a_job_that_was_asked_for_by_a_clock_that_was_ahead_is_rung_for(db):
    job, later = (start_job(actor=None, kind="tidying", title="Tidy") for _ in range(2))
    ahead = timezone.now() + dt.timedelta(days=1)
    JobRun.objects.filter(pk=job.pk).update(created_at=ahead, due_at=ahead)
    JobRun.objects.filter(pk=later.pk).update(due_at=ahead)
    assert [one.pk for one in jobs_left_behind()] == [job.pk]
    assert job.state == JobState.WAITING
