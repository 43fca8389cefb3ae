"""A channel in trouble pauses itself and costs no mail; people pause and resume it; it keeps to its pace."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.mail import channels, sending
from crm.mail.actions import pause_channel, resume_channel
from crm.mail.choices import MailKind, MailState
from crm.mail.servers import MailServer
from crm.models import LogEntry, MailChannel, OutgoingMail
from tests.mail.conftest import write
from tests.mail.sink import Sink

MINUTE = dt.timedelta(minutes=1)


def states() -> set[str]:
    return set(OutgoingMail.objects.values_list("state", flat=True))


def over(channel: MailChannel) -> None:
    """The pause of the channel is over."""
    MailChannel.objects.filter(pk=channel.pk, paused_until__isnull=False).update(paused_until=timezone.now())


def test_a_server_that_is_away_pauses_the_channel_and_fails_no_mail(settings, sink, channel, send) -> None:
    there = settings.CRM_MAIL_SERVERS
    settings.CRM_MAIL_SERVERS = {"default": MailServer("smtp", "127.0.0.1", 1)}
    for number in range(20):
        write(f"p{number}@example.com", MailKind.AT_MOST_ONCE)
    for errors in range(1, 6):
        assert not channel.is_paused
        send()
        channel.refresh_from_db()
        assert channel.consecutive_errors == errors
    assert channel.is_paused
    assert "5 errors in a row" in channel.pause_reason
    assert set(OutgoingMail.objects.values_list("state", "attempts")) == {("queued", 0)}
    assert (send(), sending.sweep()) == (0, 0)
    settings.CRM_MAIL_SERVERS = there
    over(channel)
    assert send() == 20
    channel.refresh_from_db()
    assert (states(), channel.consecutive_errors, channel.paused_at) == ({"sent"}, 0, None)


def test_the_pauses_grow_to_an_hour(channel) -> None:
    for errors, minutes in ((5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 32), (11, 60), (40, 60)):
        MailChannel.objects.filter(pk=channel.pk).update(consecutive_errors=errors - 1)
        channels.note_trouble(channel.pk, "away")
        channel.refresh_from_db()
        assert abs(channel.paused_until - timezone.now() - minutes * MINUTE) < MINUTE / 10


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("trouble", ["password", "greeting", "tls"])
def test_a_server_that_does_not_let_us_in_costs_no_mail(settings, transactional_db, trouble) -> None:
    greeting = "554 5.7.1 You are not welcome" if trouble == "greeting" else ""
    with Sink(password="right" if trouble == "password" else "", greeting=greeting) as sink:
        security = "starttls" if trouble == "tls" else "none"
        server = MailServer("smtp", "127.0.0.1", sink.port, "crm", "wrong" if trouble == "password" else "", security)
        settings.CRM_MAIL_SERVERS = {"default": server}
        mail = write("mia@example.com", MailKind.AT_MOST_ONCE)
        sending.send_due(mail.channel_id)
        channel = MailChannel.objects.get()
        mail.refresh_from_db()
        assert (mail.state, mail.attempts, channel.consecutive_errors) == (MailState.QUEUED, 0, 1)
        assert "wrong" not in channel.last_error
        settings.CRM_MAIL_SERVERS = {"default": MailServer("smtp", "127.0.0.1", sink.port, "crm", "right")}
        if trouble == "password":
            assert sending.send_due(mail.channel_id) == 1


@pytest.mark.parametrize(
    ("word", "state"), [("554 5.7.1 Relay access denied", MailState.FAILED), ("drop", MailState.UNCERTAIN)]
)
def test_a_server_that_serves_nobody_stops_the_channel_after_five_mails(sink, channel, send, word, state) -> None:
    for number in range(20):
        sink.obey(f"p{number}@example.com", word)
        write(f"p{number}@example.com", MailKind.AT_MOST_ONCE)
    send()
    channel.refresh_from_db()
    assert channel.is_paused
    assert OutgoingMail.objects.filter(state=state).count() == 5
    assert OutgoingMail.objects.filter(state=MailState.QUEUED).count() == 15


def test_another_channel_goes_on(settings, sink, channel, send) -> None:
    settings.CRM_MAIL_SERVERS |= {"bulk": MailServer("smtp", "127.0.0.1", 1)}
    mail = write("mia@example.com", channel="bulk")
    write("tom@example.com")
    for _ in range(5):
        sending.send_due(mail.channel_id)
    assert MailChannel.objects.get(name="bulk").is_paused
    assert send() == 1
    assert sink.recipients() == ["tom@example.com"]


def test_a_channel_without_a_server_is_refused_at_the_door(channel) -> None:
    with pytest.raises(ValidationError, match="EMAIL_URL_BULK"):
        write("mia@example.com", channel="bulk")


def test_a_channel_paused_by_somebody_waits_for_somebody(sink, channel, send) -> None:
    pause_channel(actor=None, channel=channel, reason="Text is wrong.")
    write("mia@example.com")
    channels.note_trouble(channel.pk, "away")
    channels.note_success(channel.pk)
    over(channel)
    assert (send(), sink.taken) == (0, [])
    resume_channel(actor=None, channel=channel)
    assert send() == 1
    assert set(LogEntry.objects.values_list("verb", flat=True)) == {"pause mail channel", "resume mail channel"}


def test_a_channel_keeps_to_its_pace(sink, channel) -> None:
    MailChannel.objects.update(rate_per_minute=600)
    for number in range(30):
        write(f"p{number}@example.com")
    start = time.monotonic()
    done = sending.send_due(channel.pk, seconds=1.0)
    assert done == len(sink.taken) == pytest.approx(10 * (time.monotonic() - start), abs=4)
    assert done < 30


def test_a_slow_channel_holds_up_no_worker(sink, channel, send) -> None:
    MailChannel.objects.update(rate_per_minute=1)
    write("a@example.com")
    write("b@example.com")
    start = time.monotonic()
    assert send() == 1
    assert time.monotonic() - start < 2
