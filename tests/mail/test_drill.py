"""The long form: a thousand recipients, two senders at a time, killed at every failpoint and at random moments."""

from __future__ import annotations

import random
import threading
from collections import Counter

import pytest

from crm.mail import sending
from crm.mail.actions import send_mails
from crm.mail.choices import MailKind, MailState
from crm.mail.drafts import Draft
from crm.models import OutgoingMail
from tests.drills.tally import long_only
from tests.mail.conftest import KILLED
from tests.mail.test_deaths import FAILPOINTS

pytestmark = [
    pytest.mark.drill,
    pytest.mark.timeout(600),
    long_only,
]
RECIPIENTS, SEED, SENDERS = 1_000, 7, 2


def faults(chance: random.Random) -> list[str]:
    """Each failpoint three times after a few mails, and ten kills at a random moment, shuffled."""
    words = [f"{failpoint}=kill@{chance.randint(1, 20)}" for failpoint in FAILPOINTS * 3]
    words += [f"after={chance.uniform(0.05, 0.6):.3f}" for _ in range(10)]
    chance.shuffle(words)
    return words


@pytest.mark.parametrize("kind", MailKind.values)
def test_a_thousand_recipients_and_dying_senders(sink, channel, send_in_processes, tally, kind) -> None:
    channel.connections = SENDERS
    channel.save()
    sink.seconds = 0.02
    drafts = [Draft(kind=kind, to=f"p{n}@example.com", subject=f"Offer {n}", text="Hi.") for n in range(RECIPIENTS)]
    send_mails(actor=None, drafts=drafts)
    ended: list[int] = []
    threads = [
        threading.Thread(
            target=lambda words: ended.extend(send_in_processes(*[(channel, word) for word in words])),
            args=[faults(random.Random(SEED + number))],
        )
        for number in range(SENDERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kills = ended.count(KILLED)
    while OutgoingMail.objects.filter(state__in=[MailState.QUEUED, MailState.IN_FLIGHT]).exists():
        sending.sweep()
        sending.send_due(channel.pk, seconds=60)
    copies = Counter(sink.recipients())
    states = Counter(OutgoingMail.objects.values_list("state", flat=True))
    sent = set(OutgoingMail.objects.filter(state=MailState.SENT).values_list("recipient", flat=True))
    lost, doubled = len(sent - set(copies)), sum(count > 1 for count in copies.values())
    # a mail that may leave twice, under the same Message-ID, keeps its promise when it does
    is_promised_once = kind == MailKind.AT_MOST_ONCE
    tally.add(faults=kills, acknowledged=RECIPIENTS, lost=lost, uncertain=states[MailState.UNCERTAIN])
    tally.add(doubled=doubled if is_promised_once else 0)
    assert kills > len(FAILPOINTS) * SENDERS
    assert lost == 0
    assert states[MailState.SENT] + states[MailState.UNCERTAIN] == RECIPIENTS
    if is_promised_once:
        assert doubled == 0
        assert states[MailState.UNCERTAIN] <= kills
    else:
        assert states[MailState.UNCERTAIN] == 0
        ids = {recipient: {taken.message_id for taken in sink.to(recipient)} for recipient in copies}
        assert all(len(found) == 1 for found in ids.values())
