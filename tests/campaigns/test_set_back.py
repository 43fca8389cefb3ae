"""The clock is set back, or on, while a campaign goes out and people wait in plays."""

import datetime as dt
from collections import Counter

import pytest
from django.db.models import F
from django.utils import timezone

from campaigns.models import Campaign, PlayEntry, Recipient, SendingRules
from campaigns.plays import engine
from campaigns.sending import actions
from campaigns.sending.engine import run_campaign
from campaigns.sending.preflight import look_over
from campaigns.tasks import sweep_campaigns_task
from contacts.choices import Answer, ConsentLevel
from contacts.models import Consent
from contacts.permission.actions import record_consent
from contacts.permission.rule import may_write
from crm.choices import Role
from crm.mail.choices import MailState
from crm.models import OutgoingMail
from tests.campaigns.playing import LATER, MAIL, buy, play_of
from tests.campaigns.sample import agreed, mails, ready, started, states
from tests.factories import make_company, make_user

JUMPS = [dt.timedelta(hours=1), dt.timedelta(days=1)]


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MARKETER)


@pytest.mark.parametrize("jump", JUMPS)
def test_a_campaign_that_was_started_ahead_goes_on_at_once_and_reaches_nobody_twice(house, jump, monkeypatch):
    monkeypatch.setattr("campaigns.sending.engine.CHUNK", 2)
    monkeypatch.setattr("campaigns.sending.engine.MOST_IN_LEDGER", 2)
    campaign = started(house, people=6)
    sweep_campaigns_task()
    mails(campaign).update(state=MailState.SENT, sent_at=timezone.now() + jump)
    sweep_campaigns_task()
    assert states(campaign) == {"sent": 2, "handed": 2, "waiting": 2}
    Campaign.objects.update(launched_at=F("launched_at") + jump)
    Recipient.objects.update(recorded_at=F("recorded_at") + jump)
    OutgoingMail.objects.update(created_at=F("created_at") + jump)
    for _ in range(3):
        sweep_campaigns_task()
        mails(campaign).filter(state=MailState.QUEUED).update(state=MailState.SENT, sent_at=timezone.now())
    sweep_campaigns_task()
    assert states(campaign) == {"sent": 6}
    assert set(Counter(mails(campaign).values_list("recipient", flat=True)).values()) == {1}
    assert not Campaign.objects.filter(launched_at__gt=timezone.now()).exists()


@pytest.mark.parametrize("jump", [*JUMPS, -dt.timedelta(hours=1)])
def test_who_had_enough_mails_has_had_them_whatever_the_clock_did(house, jump):
    SendingRules.objects.create(pk=1, most_mails=1, in_days=7)
    agreed(2)
    first, second = (ready(house, name=name) for name in ("First", "Second"))
    actions.launch_campaign(actor=house, campaign=first)
    sweep_campaigns_task()
    Recipient.objects.update(recorded_at=F("recorded_at") + jump)
    assert look_over(second, house).audience.out == {"had enough mails": 2}


def test_a_clock_that_is_set_on_sends_what_is_due_then_and_nothing_twice(house):
    campaign = started(house, people=3)
    play = play_of(house, MAIL, LATER)
    for recipient in campaign.recipients.all():
        buy(recipient.contact)
    engine.look_for_events()
    sweep_campaigns_task()
    engine.move_on()
    # two clocks later all that had happened is long ago
    shift = dt.timedelta(days=1)
    PlayEntry.objects.update(entered_at=F("entered_at") - shift, next_at=F("next_at") - shift)
    Recipient.objects.update(recorded_at=F("recorded_at") - shift)
    for _ in range(2):
        sweep_campaigns_task()
        assert engine.move_on() == 0
    assert PlayEntry.objects.filter(play=play, state="inside").count() == 3
    assert mails(campaign).count() == 3


@pytest.mark.parametrize("jump", JUMPS)
def test_nobody_waits_in_a_play_for_the_length_of_the_jump(house, jump):
    came, moved, patient = agreed(3)
    play = play_of(house, MAIL, LATER)
    for contact in (moved, patient):
        buy(contact)
    engine.look_for_events()
    assert engine.move_on() == 2
    buy(came)
    engine.look_for_events()
    entry = {row.contact_id: row for row in PlayEntry.objects.filter(play=play)}
    now = timezone.now()
    # one came in while the clock was ahead, one had a step done then, one has waited since before
    ahead = PlayEntry.objects.filter(contact__in=(came, moved))
    ahead.update(entered_at=F("entered_at") + jump, next_at=F("next_at") + jump)
    PlayEntry.objects.filter(contact=patient).update(next_at=now + dt.timedelta(days=2))
    assert engine.move_on() == 1
    waits = {row.contact_id: row.next_at - now for row in PlayEntry.objects.filter(play=play) if row.next_at}
    three, slack = dt.timedelta(days=3), dt.timedelta(minutes=1)
    assert abs(waits[moved.pk] - three) < slack
    assert abs(waits[came.pk] - three) < slack
    assert abs(waits[patient.pk] - dt.timedelta(days=2)) < slack
    assert entry[came.pk].step_id != PlayEntry.objects.get(contact=came).step_id
    assert engine.move_on() == 0


@pytest.mark.parametrize("jump", JUMPS)
def test_a_no_that_was_said_by_a_clock_that_was_ahead_holds_and_so_does_one_after_it(house, jump):
    now_no, later_no, yes = agreed(3)
    ahead = timezone.now() + jump
    said = {"channel": "email", "purpose": "marketing", "recorded_at": ahead}
    Consent.objects.create(contact=now_no, level=ConsentLevel.NONE, **said)
    Consent.objects.create(contact=later_no, level=ConsentLevel.OPT_IN, **said)
    record_consent(actor=None, contact=later_no, channel="email", purpose="marketing", level=ConsentLevel.NONE)
    tomorrow = ahead + dt.timedelta(days=1)
    for moment in (None, tomorrow):
        assert [may_write(one, at=moment).is_yes for one in (now_no, later_no, yes)] == [False, False, True]
    assert may_write(now_no, at=timezone.now() - dt.timedelta(hours=1)).answer != Answer.WITHDRAWN  # as it was then
    campaign = ready(house)
    actions.launch_campaign(actor=house, campaign=campaign)
    run_campaign(campaign.pk)
    assert [mail.contact_id for mail in mails(campaign)] == [yes.pk]
