"""R14: what a restored instance does with campaigns under way: nothing, until sending is released and a person lets
each go on."""

import pytest
from django.utils import timezone

from campaigns.models import Piece
from campaigns.sending import actions
from campaigns.sending.engine import run_campaign
from campaigns.tasks import sweep_campaigns_task
from contacts.models import ContactPoint
from crm.choices import Role
from crm.holding import hold_sending, release_sending
from crm.mail.choices import MailState
from crm.models import LogEntry
from tests.campaigns.sample import agreed, let_leave, mails, ready, started, states
from tests.factories import make_company, make_user, signed_in


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MARKETER)


def test_a_campaign_under_way_is_paused_says_what_is_known_and_goes_on_by_a_person(house, monkeypatch):
    monkeypatch.setattr("campaigns.sending.engine.CHUNK", 2)
    monkeypatch.setattr("campaigns.sending.engine.MOST_IN_LEDGER", 2)
    campaign, paused = started(house, people=6), ready(house, name="Paused by hand")
    actions.launch_campaign(actor=house, campaign=paused)
    actions.pause_campaign(actor=house, campaign=paused)
    run_campaign(campaign.pk)
    mails(campaign).update(state=MailState.SENT, sent_at=timezone.now())
    run_campaign(campaign.pk)
    hold_sending(actor=None, reason="Restored from the backup of last night")
    browser = signed_in(house)
    assert sweep_campaigns_task() >= 1
    assert states(campaign) == {"sent": 2, "handed": 2, "waiting": 2}
    assert set(mails(campaign).exclude(state="sent").values_list("state", flat=True)) == {MailState.HELD}
    assert "the backup of last night" in LogEntry.objects.get(verb="hold", object_id=campaign.pk).summary
    said = browser.get(campaign.get_absolute_url()).content.decode()
    assert "paused when a backup was put back" in said
    assert "4 wait" in said and "The last that is known to have left" in said
    assert "backup was put back" not in browser.get(paused.get_absolute_url()).content.decode()
    # who lets it go on before the release hands nobody over
    actions.resume_campaign(actor=house, campaign=campaign)
    sweep_campaigns_task()
    assert states(campaign) == {"sent": 2, "handed": 2, "waiting": 2}
    actions.pause_campaign(actor=house, campaign=campaign)
    release_sending(actor=None)
    sweep_campaigns_task()
    assert not mails(campaign).filter(state=MailState.QUEUED).exists(), "the release alone sends nothing of it"
    actions.resume_campaign(actor=house, campaign=campaign)
    for _ in range(4):
        let_leave(campaign)
    assert states(campaign) == {"sent": 6}
    assert mails(campaign).count() == 6


def test_no_message_no_letter_and_no_call_of_a_restored_instance_goes_out(house):
    people = agreed(2)
    for n, contact in enumerate(people):
        number = f"+4915112345{n}"
        ContactPoint.objects.create(contact=contact, kind="phone", value=number, normalised=number, is_primary=True)
        contact.consents.create(channel="wireless", purpose="marketing", level=2, recorded_at=timezone.now())
    campaign = ready(house, channel="sms")
    actions.launch_campaign(actor=house, campaign=campaign)
    assert states(campaign)["waiting"] == 2
    hold_sending(actor=None, reason="Restored")
    actions.resume_campaign(actor=house, campaign=campaign)
    sweep_campaigns_task()
    assert not Piece.objects.exists()
    release_sending(actor=None)
    sweep_campaigns_task()
    assert Piece.objects.count() == 2
