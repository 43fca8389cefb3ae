"""R12, R13: servers that refuse, stall and break off; channels paused, resumed and restarted while they send."""

from __future__ import annotations

from django.utils import timezone

from crm.mail.choices import MailState
from crm.models import MailChannel, OutgoingMail
from tests.drills.stack import Stack
from tests.drills.tally import Tally, size
from tests.drills.test_broker import nothing_waits, write_mails
from tests.drills.test_workers import check_mails


def states_of(mark: str) -> dict[str, str]:
    return dict(OutgoingMail.objects.filter(recipient__startswith=mark).values_list("recipient", "state"))


def test_a_server_that_refuses_and_breaks_off(stack: Stack, tally: Tally) -> None:
    script = {
        "greylisted": ["451 4.7.1 Try later", "250"], "unknown": ["550 5.1.1 No such user"], "full": ["452 4.2.2 Full"],
        "dropped": ["drop"], "spam": ["data 554 5.7.1 No"],
    }  # fmt: skip
    count = size(3, 20)
    for word, said in script.items():
        for number in range(count):
            stack.sink.obey(f"{word}{number}@example.com", *said)
        write_mails(word, count)
    fine = write_mails("fine", count)
    stack.faults += len(script) * count
    waits_or_ended = {MailState.QUEUED, MailState.FAILED, MailState.UNCERTAIN, MailState.SENT}

    def all_tried() -> bool:
        tried = OutgoingMail.objects.filter(attempts__gt=0, state__in=waits_or_ended)
        return tried.filter(recipient__regex="^(greylisted|unknown|full|dropped|spam|fine)").count() == 6 * count

    def is_open() -> bool:
        return bool(MailChannel.objects.update(consecutive_errors=0, paused_at=None, paused_until=None))

    stack.wait_for(lambda: is_open() and all_tried(), 90)
    assert set(states_of("unknown").values()) | set(states_of("spam").values()) == {MailState.FAILED}
    assert set(states_of("dropped").values()) == {MailState.UNCERTAIN}
    assert set(states_of("full").values()) == {MailState.QUEUED}
    for mail in OutgoingMail.objects.filter(recipient__startswith="greylisted", attempts=1):
        assert mail.state == MailState.QUEUED
        assert mail.claimed_at is not None
        assert 40 < (mail.due_at - mail.claimed_at).total_seconds() < 80  # a minute, a fifth more or less
    # the minute is over
    OutgoingMail.objects.filter(recipient__startswith="greylisted", attempts=1).update(due_at=timezone.now())
    stack.wait_for(lambda: is_open() and set(states_of("greylisted").values()) == {MailState.SENT})
    tally.add(uncertain=count)
    arrived = [to for to in stack.sink.recipients() if to.startswith(("fine", "greylisted"))]
    assert tally.compare([*fine, *states_of("greylisted")], arrived) == (0, 0)
    OutgoingMail.objects.filter(state=MailState.QUEUED).update(state=MailState.CANCELLED)


def test_a_channel_paused_restarted_resumed_and_called_off(stack: Stack, tally: Tally) -> None:
    admin = stack.person("admin")
    stack.sink.seconds = 0.02
    addresses = write_mails("paused", size(120, 1_000))
    channel = OutgoingMail.objects.get(recipient=addresses[0]).channel
    stack.wait_for(lambda: len(stack.sink.taken) >= len(addresses) // 3)
    assert admin.post(f"/mails/channels/{channel.pk}/pause/").status == 302
    in_flight = OutgoingMail.objects.filter(state=MailState.IN_FLIGHT)
    stack.wait_for(lambda: not in_flight.exists(), 20)
    taken = len(stack.sink.taken)
    for name in ("worker", "quick", "beat", "web"):
        stack.restart(name)
    stack.wait_for(lambda: admin.get("/healthz").status == 200)
    assert len(stack.sink.taken) == taken < len(addresses)
    called_off = OutgoingMail.objects.filter(state=MailState.QUEUED).order_by("-pk").first()
    assert admin.post(f"/mails/{called_off.pk}/cancel/").status == 302
    assert admin.post(f"/mails/channels/{channel.pk}/resume/").status == 302
    stack.wait_for(nothing_waits, 120)
    assert called_off.recipient not in stack.sink.recipients()
    check_mails(stack, tally, [to for to in addresses if to != called_off.recipient], most_uncertain=0)
