"""Somebody says no, is merged, archived or erased between the start of a campaign and their mail."""

import pytest
from django.utils import timezone

from campaigns.models import Recipient
from campaigns.preferences import say_no
from campaigns.sending.actions import launch_campaign
from campaigns.sending.engine import run_campaign
from contacts.choices import ConsentLevel, ErasureReason
from contacts.merging.actions import merge_contacts
from contacts.models import Contact
from contacts.permission.actions import record_consent
from contacts.privacy.actions import ask_for_erasure
from crm.choices import Role
from crm.jobs import run_job
from crm.mail.choices import MailState
from crm.models import JobRun, MailChannel, MailSlot, OutgoingMail
from tests.campaigns.sample import agreed, let_leave, mails, ready, started, states
from tests.factories import make_company, make_user


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MARKETER)


def no(contact):
    record_consent(actor=None, contact=contact, channel="email", purpose="marketing", level=ConsentLevel.NONE)


@pytest.mark.parametrize("is_begun", [False, True])
def test_one_click_reaches_a_mail_that_a_sender_has_in_its_hands_and_has_not_begun(house, is_begun):
    campaign = started(house, people=2)
    run_campaign(campaign.pk)
    mail, other = mails(campaign).order_by("pk")
    in_hand = {"state": MailState.IN_FLIGHT, "claimed_at": timezone.now(), "claimed_slot": 0}
    mails(campaign).update(**in_hand)
    slot = MailSlot.objects.create(
        channel=MailChannel.objects.get(), number=0, mails=[mail.pk, other.pk], reached=1 if is_begun else 0
    )
    recipient = Recipient.objects.get(mail_id=mail.pk)
    say_no(contact=recipient.contact, recipient=recipient)
    mail.refresh_from_db()
    slot.refresh_from_db()
    assert mail.state == (MailState.IN_FLIGHT if is_begun else MailState.CANCELLED)
    assert slot.mails == [mail.pk if is_begun else 0, other.pk]
    assert OutgoingMail.objects.get(pk=other.pk).state == MailState.IN_FLIGHT


def test_a_no_by_any_door_calls_back_a_mail_that_waits_in_the_queue(house):
    campaign = started(house, people=4)
    run_campaign(campaign.pk)
    said, archived, again, stays = (row.contact for row in campaign.recipients.order_by("pk"))
    no(said)
    Contact.objects.filter(pk=archived.pk).update(archived_at=timezone.now())
    no(again)
    record_consent(
        actor=None, contact=again, channel="email", purpose="marketing", level=ConsentLevel.OPT_IN, source="telephone"
    )
    run_campaign(campaign.pk)
    assert states(campaign) == {"cancelled": 2, "handed": 2}
    let_leave(campaign)
    sent = Recipient.objects.filter(campaign=campaign, state="sent").values_list("contact", flat=True)
    assert set(sent) == {again.pk, stays.pk}
    assert {row.reason for row in campaign.recipients.filter(state="cancelled")} == {"They have said no meanwhile."}


def test_who_was_merged_gets_one_mail_as_the_one_they_are_now(house):
    people = agreed(3)
    campaign = ready(house)
    Contact.objects.filter(pk=people[2].pk).update(source="elsewhere")
    launch_campaign(actor=house, campaign=campaign)
    # two who were both written down are one person; another one is known by a contact that was not
    merge_contacts(actor=None, kept=people[0], gone=people[1])
    run_campaign(campaign.pk)
    let_leave(campaign)
    assert [mail.recipient for mail in mails(campaign)] == ["p0@drill.example"]
    assert states(campaign)["sent"] == 1
    assert states(campaign)["waiting"] == 0


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_before_their_mail_gets_none_and_nothing_stands_still(house):
    campaign = started(house, people=3)
    gone = campaign.recipients.earliest("pk").contact
    ask_for_erasure(actor=make_user(Role.ADMIN), contact=gone, reason=ErasureReason.ASKED)
    run_job(JobRun.objects.get(kind="erasure").pk)
    run_campaign(campaign.pk)
    let_leave(campaign)
    assert sorted(mail.recipient for mail in mails(campaign)) == ["p1@drill.example", "p2@drill.example"]
    campaign.refresh_from_db()
    assert (campaign.state, states(campaign)) == ("sent", {"sent": 2, "cancelled": 1})
