"""Several beats at once, and a broker that forgot everything: each person has one mail, by the sweep alone."""

from collections import Counter

import pytest

from campaigns.models import Campaign
from campaigns.sending.actions import launch_campaign
from campaigns.tasks import count_segments_task, move_plays_task, sweep_campaigns_task
from crm import bells
from crm.choices import Role
from crm.mail import sending
from crm.mail.choices import MailState
from crm.models import JobRun, OutgoingMail
from tests.campaigns.sample import agreed, mails, ready, segment_of, states
from tests.concurrency.racing import at_once
from tests.factories import make_company, make_user

PEOPLE = 60


@pytest.fixture
def campaign(transactional_db, monkeypatch):
    """One that is about to be started, of which only some are handed over at a time."""
    make_company()
    agreed(PEOPLE)
    monkeypatch.setattr("campaigns.sending.engine.CHUNK", 7)
    monkeypatch.setattr("campaigns.sending.engine.MOST_IN_LEDGER", 20)
    return ready(make_user(Role.MARKETER))


def start(campaign):
    launch_campaign(actor=make_user(Role.MARKETER), campaign=campaign)


def sent():
    OutgoingMail.objects.filter(state=MailState.QUEUED).update(state=MailState.SENT, sent_at="2026-01-01T00:00Z")


def test_beats_at_once_double_no_mail_no_step_and_no_job(campaign):
    start(campaign)
    segment_of("p", "Live")
    for _ in range(8):
        at_once([sweep_campaigns_task, sweep_campaigns_task, sweep_campaigns_task, move_plays_task])
        sent()
    sweep_campaigns_task()
    assert states(campaign) == {"sent": PEOPLE}
    assert set(Counter(mails(campaign).values_list("recipient", flat=True)).values()) == {1}
    assert Campaign.objects.get().state == "sent"
    at_once([count_segments_task] * 3)
    assert JobRun.objects.filter(kind="segments").count() <= 1


def test_a_broker_that_forgot_every_bell_costs_nobody_their_mail(campaign, monkeypatch):
    rung = []
    monkeypatch.setattr(bells, "ring", lambda task, *args, **more: rung.append(task.name))  # and nobody hears it
    start(campaign)
    assert "campaigns.send" in rung
    assert states(campaign) == {"waiting": PEOPLE}
    for _ in range(6):
        sweep_campaigns_task()
        rung.clear()
        assert sending.sweep() == bool(mails(campaign).filter(state=MailState.QUEUED).exists())
        assert ("crm.send_mails" in rung) == mails(campaign).filter(state=MailState.QUEUED).exists()
        sent()
    sweep_campaigns_task()
    assert states(campaign) == {"sent": PEOPLE}
    assert mails(campaign).count() == PEOPLE
