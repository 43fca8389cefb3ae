"""A campaign over time zones and quiet hours: each gets it once, at their hour, and nobody while it is quiet."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.choices import CampaignState
from campaigns.models import Campaign, SendingRules
from campaigns.sending import actions
from campaigns.sending.engine import run_campaign
from campaigns.sending.preflight import look_over
from campaigns.sending.waiting import move_on
from contacts.models import Address, Contact
from crm.choices import Role
from crm.mail.choices import MailState
from crm.models import OutgoingMail
from tests.campaigns.sample import agreed, mails, ready, segment_of, states
from tests.factories import make_company, make_user, signed_in

PLACES = {
    ("DE", ""): "Europe/Berlin",
    ("US", ""): "America/New_York",
    ("US", "California"): "America/Los_Angeles",
    ("AU", "AU-WA"): "Australia/Perth",
    ("CA", "Québec"): "America/Toronto",
    ("Atlantis", ""): "",
}
START = dt.datetime(2026, 3, 27, 12, 10, tzinfo=dt.UTC)  # a Friday; on Sunday the clocks of Europe go on
QUIET = {"quiet_from": dt.time(21), "quiet_until": dt.time(8), "quiet_weekends": True}


@pytest.fixture
def house(db):
    make_company(time_zone="Europe/Berlin")
    return make_user(Role.MARKETER)


@pytest.fixture
def people(house) -> list[Contact]:
    """Four in each place, one who works where nobody knows their address, one who says where they are."""
    with time_machine.travel(START - dt.timedelta(days=30)):
        people = agreed(4 * len(PLACES) + 2)
    places = [place for place in PLACES for _ in range(4)]
    Address.objects.bulk_create(
        Address(contact=one, country=country, region=region)
        for one, (country, region) in zip(people, places, strict=False)
    )
    firm = Contact.objects.create(kind="organization", name="Firm", sort_name="firm")
    Address.objects.create(contact=firm, country="JP")
    Contact.objects.filter(pk=people[-1].pk).update(organization=firm)
    Contact.objects.filter(pk=people[-2].pk).update(custom={"time_zone": "Asia/Kolkata"})
    return people


def zones(campaign: Campaign) -> Counter[str]:
    return Counter(campaign.recipients.values_list("time_zone", flat=True))


def leave(campaign: Campaign, most: int) -> list[tuple[int, dt.datetime]]:
    """As the sender would by its own clock: what is due and not closed; who, and when."""
    now = timezone.now()
    rows = mails(campaign).filter(state=MailState.QUEUED, due_at__lte=now).exclude(closes_at__lte=now)
    left = list(rows.order_by("pk")[:most])
    OutgoingMail.objects.filter(pk__in=[one.pk for one in left]).update(state=MailState.SENT, sent_at=now)
    return [(one.contact_id, now) for one in left]


def test_a_campaign_over_quiet_hours_reaches_each_once_and_nobody_in_them(house, people, monkeypatch):
    monkeypatch.setattr("campaigns.sending.engine.MOST_IN_LEDGER", 5)
    SendingRules.objects.create(pk=1, approval_above=100, **QUIET)
    campaign, got = ready(house), []
    with time_machine.travel(START, tick=False) as clock:
        actions.launch_campaign(actor=house, campaign=campaign)
        assert zones(campaign) == {
            **dict.fromkeys(PLACES.values(), 4), "Asia/Kolkata": 1, "Asia/Tokyo": 1,
        }  # fmt: skip
        for step in range(64):  # four days, every hour and a half, on a channel as slow as can be
            if step == 3:
                actions.pause_campaign(actor=house, campaign=Campaign.objects.get(pk=campaign.pk))
            if step == 9:
                actions.resume_campaign(actor=house, campaign=Campaign.objects.get(pk=campaign.pk))
            run_campaign(campaign.pk)
            got += leave(campaign, 2)
            clock.shift(5_400)
        run_campaign(campaign.pk)
    assert Counter(key for key, _ in got) == Counter(one.pk for one in people)
    assert states(campaign) == {"sent": len(people)}
    assert mails(campaign).count() == len(people)
    where = dict(campaign.recipients.values_list("contact", "time_zone"))
    for key, at in got:
        wall = at.astimezone(ZoneInfo(where[key] or "Europe/Berlin"))
        assert 8 <= wall.hour < 21, (where[key], wall)
        assert wall.weekday() < (6 if where[key] == "Asia/Kolkata" else 5)


def test_the_check_says_when_each_gets_it_and_so_it_is(house, people):
    SendingRules.objects.create(pk=1, approval_above=100, quiet_from=dt.time(21), quiet_until=dt.time(8))
    campaign = ready(house, starts_at=START.replace(hour=8, minute=0), timing="local")  # 09:00 in Berlin
    with time_machine.travel(START, tick=False) as clock:
        found = look_over(campaign, house).schedule
        assert (found.unknown, [line.count for line in found.lines]) == (4, [len(people)])
        # where it is past nine: Berlin and those unknown, Perth, Kolkata, Tokyo
        assert found.passed == 4 + 4 + 4 + 1 + 1
        (line,) = found.lines
        assert line.wall == dt.time(9)
        page = signed_in(house).get(f"/campaigns/{campaign.pk}/check/").content.decode()
        assert "at 09:00 where they are" in page
        assert "4 have no country that is known" in page
        actions.launch_campaign(actor=house, campaign=campaign)
        assert run_campaign(campaign.pk) == 0
        page = signed_in(house).get(campaign.get_absolute_url()).content.decode()
        assert f"{len(people)} wait for 09:00 where they are" in page
        clock.move_to(line.first_at - dt.timedelta(minutes=1))
        assert run_campaign(campaign.pk) == 0
        clock.move_to(line.first_at)
        assert run_campaign(campaign.pk) == len(leave(campaign, 100)) == 8  # New York and Quebec
        while timezone.now() < line.last_at:
            clock.shift(1_800)
            run_campaign(campaign.pk)
            leave(campaign, 100)
    assert mails(campaign).filter(state=MailState.SENT).count() == len(people)
    where = dict(campaign.recipients.values_list("contact", "time_zone"))
    for key, at in mails(campaign).values_list("contact_id", "sent_at"):
        assert at.astimezone(ZoneInfo(where[key] or "Europe/Berlin")).time() == dt.time(9)


def test_rules_that_change_hold_for_what_is_in_the_ledger_and_a_retried_mail_waits_too(house, people):
    campaign = ready(house)
    with time_machine.travel(dt.datetime(2026, 3, 26, 22, 0, tzinfo=dt.UTC), tick=False) as clock:
        actions.launch_campaign(actor=house, campaign=campaign)
        assert run_campaign(campaign.pk) == len(people)
        tried = mails(campaign).filter(contact_id=people[0].pk)
        tried.update(attempts=1)
        SendingRules.objects.create(pk=1, **QUIET)
        # 23:00 in Berlin, 18:00 in New York, 06:00 in Perth, 03:30 in Kolkata, 07:00 in Tokyo
        run_campaign(campaign.pk)
        assert states(campaign) == {"waiting": 3 + 4 + 4 + 1 + 1, "handed": 4 + 4 + 4 + 1}
        assert mails(campaign).count() == 13
        assert len(leave(campaign, 100)) == 12
        assert move_on() == 1
        assert tried.get().due_at == dt.datetime(2026, 3, 27, 7, 0, tzinfo=dt.UTC)
        clock.move_to(dt.datetime(2026, 3, 27, 7, 30, tzinfo=dt.UTC))
        run_campaign(campaign.pk)
        leave(campaign, 100)
        run_campaign(campaign.pk)
    assert states(campaign) == {"sent": len(people)}
    assert mails(campaign).values("contact_id").distinct().count() == mails(campaign).count() == len(people)
    assert Campaign.objects.get().state == CampaignState.SENT


def test_a_local_time_needs_a_time_and_rules_need_both_ends(house):
    segment = segment_of("p")
    campaign = Campaign.objects.create(name="Oak")
    browser = signed_in(house)
    whom = {"segments": [segment.pk], "control_share": "0", "purpose": "marketing", "version": campaign.version}
    refused = browser.post(f"/campaigns/{campaign.pk}/audience/", {**whom, "timing": "local"})
    assert refused.status_code == 422
    assert refused.content.decode().count("Say at what time") == 1
    given = {**whom, "timing": "local", "starts_at": "2026-03-29T09:00"}
    assert browser.post(f"/campaigns/{campaign.pk}/audience/", given).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.timing, campaign.starts_at.astimezone(dt.UTC).hour) == ("local", 7)
    assert "at that local time" in browser.get(campaign.get_absolute_url()).content.decode()
    with pytest.raises(ValidationError, match="give both, or neither"):
        SendingRules(pk=1, quiet_from=dt.time(21)).full_clean()
