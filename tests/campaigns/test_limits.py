"""A campaign under the limits of its mail channel: who has to wait long waits in it, and the check says how long."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from campaigns.models import Recipient
from campaigns.sending.engine import run_campaign
from campaigns.sending.preflight import look_over
from contacts.models import ContactPoint
from crm.choices import Role
from crm.mail import pacing
from crm.mail.channels import channel_named
from crm.models import MailChannel, MailLimit
from tests.campaigns.sample import agreed, let_leave, mails, ready, started, states
from tests.factories import make_company, make_user, signed_in


@pytest.fixture
def house(db):
    make_company()
    channel_named()
    return make_user(Role.MARKETER)


def warm_up(most: int) -> None:
    MailChannel.objects.update(warm_up_on=timezone.localdate(), warm_up_mails=most, warm_up_growth=100)


def test_no_more_is_handed_over_than_a_warm_up_lets_leave_today(house):
    warm_up(3)
    campaign = started(house, people=10)
    assert (run_campaign(campaign.pk), run_campaign(campaign.pk)) == (3, 0)
    assert states(campaign) == {"handed": 3, "waiting": 7}
    MailChannel.objects.update(warm_up_on=None)
    run_campaign(campaign.pk)
    assert states(campaign) == {"handed": 10}


def test_a_crowded_provider_keeps_its_people_in_the_campaign_and_nobody_elses(house, monkeypatch):
    monkeypatch.setattr(pacing, "CROWD", 2)
    monkeypatch.setattr("campaigns.sending.engine.CHUNK", 2)
    MailLimit.objects.create(channel=channel_named(), domains=["drill.example"], per_hour=5)
    campaign = started(house, people=8)
    others = Recipient.objects.filter(campaign=campaign).order_by("-pk").values_list("contact", flat=True)[:3]
    for contact in others:
        point = ContactPoint.objects.get(contact=contact)
        address = point.value.replace("drill", "else")
        ContactPoint.objects.filter(pk=point.pk).update(value=address, normalised=address)
        second = point.value.replace("@", "+2@")  # the mail goes to the first one
        ContactPoint.objects.create(contact_id=contact, kind=point.kind, value=second, normalised=second)
    run_campaign(campaign.pk)
    assert states(campaign) == {"handed": 5, "waiting": 3}
    assert run_campaign(campaign.pk) == 0
    assert mails(campaign).filter(recipient__endswith="@else.example").count() == 3
    let_leave(campaign)
    assert states(campaign) == {"sent": 5, "handed": 2, "waiting": 1}, "there is room for them again"


def test_the_check_says_how_long_it_takes_and_by_what(house):
    agreed(12)
    campaign = ready(house)
    assert look_over(campaign, house).lasts is None
    limit = MailLimit.objects.create(channel=channel_named(), domains=["drill.example"], per_hour=5)
    found = look_over(campaign, house).lasts
    assert found.words == "drill.example: 5 an hour"
    assert dt.timedelta(hours=1, minutes=59) < found.ends_at - timezone.now() <= dt.timedelta(hours=2)
    limit.delete()
    warm_up(4)
    page = signed_in(house).get(f"/campaigns/{campaign.pk}/check/").content.decode()
    assert "the channel is being warmed up: 4 mails today" in page


def test_the_page_of_outgoing_mail_says_what_the_channel_keeps_to(house):
    warm_up(3)
    channel = channel_named()
    MailLimit.objects.create(channel=channel, domains=["drill.example"], per_minute=60, per_hour=500)
    MailLimit.objects.create(channel=channel, per_hour=90)
    MailChannel.objects.update(warm_up_mails=2)
    campaign = started(house, people=5)
    run_campaign(campaign.pk)
    page = signed_in(make_user(Role.MANAGER)).get("/mails/").content.decode()
    assert "drill.example: at most 60 a minute and 500 an hour" in page
    assert "each other domain: at most 90 an hour" in page
    assert "Warm-up: 0 of 2 mails to many today, 100 % more each day" in page
