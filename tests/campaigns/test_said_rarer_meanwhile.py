"""Somebody asks for fewer mails of campaigns between the moment that a mail is queued for them and its sending."""

import datetime as dt

import pytest
from django.utils import timezone

from campaigns.choices import TOO_SOON
from campaigns.models import Campaign, MailPace, Recipient
from campaigns.preferences import choose_pace, choose_purposes, say_no
from campaigns.sending.actions import launch_campaign
from campaigns.sending.engine import run_campaign
from contacts.merging.actions import merge_contacts
from contacts.models import Purpose
from crm.choices import Role
from crm.mail.choices import MailState
from crm.models import MailChannel, MailSlot
from tests.campaigns.sample import agreed, let_leave, mails, ready, started, states
from tests.factories import make_company, make_user


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MARKETER)


def had_a_mail(contact, days_ago):
    earlier = Campaign.objects.create(name=f"Earlier {contact.pk}")
    row = Recipient.objects.create(campaign=earlier, contact=contact, state="sent")
    moment = timezone.now() - dt.timedelta(days=days_ago)
    Recipient.objects.filter(pk=row.pk).update(recorded_at=moment, sent_at=moment)


def queued(house, people=2):
    """A campaign whose mails are queued, with its people in order."""
    campaign = started(house, people=people)
    run_campaign(campaign.pk)
    return campaign, [row.contact for row in campaign.recipients.order_by("pk")]


@pytest.mark.parametrize(("days", "ago", "stays"), [(30, 20, False), (30, 31, True), (7, 3, False), (7, 9, True)])
def test_a_queued_mail_that_comes_sooner_than_they_want_by_now_is_not_sent(house, days, ago, stays):
    campaign, (said, other) = queued(house)
    had_a_mail(said, ago)
    choose_pace(contact=said, days=days, recipient=None)
    let_leave(campaign)
    sent = set(campaign.recipients.filter(state="sent").values_list("contact", flat=True))
    assert sent == ({said.pk, other.pk} if stays else {other.pk})
    assert [row.reason for row in campaign.recipients.filter(state="cancelled")] == ([] if stays else [TOO_SOON[days]])


def test_of_two_that_wait_the_first_leaves(house):
    campaign, (said, _) = queued(house)
    second = ready(house, name="Second")
    second.refresh_from_db()
    launch_campaign(actor=house, campaign=second)
    run_campaign(second.pk)
    choose_pace(contact=said, days=30, recipient=None)
    waiting = (mails(campaign) | mails(second)).filter(contact_id=said.pk, state=MailState.QUEUED)
    assert [mail.object_id for mail in waiting] == [campaign.pk]
    let_leave(campaign)
    let_leave(second)
    assert states(campaign) == {"sent": 2}
    assert states(second) == {"sent": 1, "cancelled": 1}


def test_one_that_has_left_and_is_not_told_yet_counts(house):
    campaign, (said, _) = queued(house)
    mails(campaign).filter(contact_id=said.pk).update(state=MailState.SENT, sent_at=timezone.now())
    second = ready(house, name="Second")
    launch_campaign(actor=house, campaign=second)
    run_campaign(second.pk)
    choose_pace(contact=said, days=7, recipient=None)
    assert not mails(second).filter(contact_id=said.pk, state=MailState.QUEUED).exists()


def test_a_mail_in_the_hands_of_a_sender_that_has_not_begun_it_is_taken_out(house):
    campaign, (said, other) = queued(house)
    had_a_mail(said, 3)
    keys = list(mails(campaign).order_by("pk").values_list("pk", flat=True))
    mails(campaign).update(state=MailState.IN_FLIGHT, claimed_at=timezone.now(), claimed_slot=0)
    slot = MailSlot.objects.create(channel=MailChannel.objects.get(), number=0, mails=keys, reached=0)
    choose_pace(contact=said, days=7, recipient=None)
    slot.refresh_from_db()
    assert slot.mails == [0, keys[1]]
    assert mails(campaign).get(contact_id=said.pk).state == MailState.CANCELLED
    assert mails(campaign).get(contact_id=other.pk).state == MailState.IN_FLIGHT


def test_a_wish_that_was_said_while_the_mail_was_being_written_is_found_by_the_next_run(house):
    campaign, (said, _) = queued(house)
    had_a_mail(said, 3)
    MailPace.objects.create(contact=said, days=7, said_at=timezone.now())
    run_campaign(campaign.pk)
    assert states(campaign) == {"handed": 1, "cancelled": 1}


def test_a_topic_or_channel_that_is_unticked_calls_its_queued_mail_back(house):
    Purpose.objects.get_or_create(key="marketing", defaults={"label": "Offers and news"})
    campaign, (said, _) = queued(house)
    choose_purposes(contact=said, wanted=[("post", "marketing")], recipient=None)
    let_leave(campaign)
    assert states(campaign) == {"sent": 1, "cancelled": 1}
    assert said.consents.filter(channel="email").order_by("-pk").first().level == 0


@pytest.mark.parametrize("is_no", [True, False])
def test_the_link_of_a_mail_to_a_contact_that_was_merged_reaches_what_waits_for_the_one_they_are_now(house, is_no):
    (gone,) = agreed(1, mark="old")
    campaign, (kept, _) = queued(house)
    merge_contacts(actor=None, kept=kept, gone=gone)
    gone.refresh_from_db()
    had_a_mail(kept, 3)
    if is_no:
        say_no(contact=gone, recipient=None)
    else:
        choose_pace(contact=gone, days=30, recipient=None)
    assert mails(campaign).get(contact_id=kept.pk).state == MailState.CANCELLED
    assert mails(campaign).exclude(contact_id=kept.pk).get().state == MailState.QUEUED
