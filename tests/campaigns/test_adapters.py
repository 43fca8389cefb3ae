"""Messages by an adapter: each given once, at a decent hour, to who still agrees, whatever the provider does."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.choices import CampaignState, RecipientState
from campaigns.models import Campaign, Piece, Recipient, SendingRules
from campaigns.sending.engine import run_campaign
from campaigns.tasks import sweep_campaigns_task
from campaigns.ways import adapters
from campaigns.ways.adapters import Message, NothingTaken, Outcome
from campaigns.ways.leaving import take_file
from contacts.choices import ConsentLevel
from contacts.models import Contact
from crm.choices import Role
from crm.locks import side_connection, take_lock
from tests.campaigns.reached import allow, allowing, launched
from tests.campaigns.sample import states
from tests.factories import make_company, make_user


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MANAGER, name="Ada Lane")


def test_an_adapter_is_given_each_message_once_whatever_becomes_of_it(house, settings, monkeypatch):
    allowing("wireless", 5)
    settings.CRM_ADAPTERS = {"sms": "tests.campaigns.test_adapters.deliver"}
    monkeypatch.setattr(adapters, "AT_ONCE", 2)
    GIVEN.clear()
    campaign = launched(house, "sms")
    run_campaign(campaign.pk)
    assert states(campaign) == {"sent": 2, "uncertain": 2, "handed": 1}, "a line that breaks ends the run"
    run_campaign(campaign.pk)
    run_campaign(campaign.pk)
    assert [message.to for message in GIVEN] == [f"+4922155{at}" for at in range(5)]
    assert len({message.key for message in GIVEN}) == 5
    assert states(campaign) == {"sent": 2, "failed": 1, "uncertain": 2}
    refused = Recipient.objects.get(campaign=campaign, state=RecipientState.FAILED)
    assert refused.reason == "The number is not in service."
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.SENT


def test_a_provider_that_is_away_costs_nobody_their_message(house, settings):
    allowing("wireless", 2)
    settings.CRM_ADAPTERS = {"sms": "tests.campaigns.test_adapters.nobody_there"}
    GIVEN.clear()
    campaign = launched(house, "sms")
    run_campaign(campaign.pk)
    assert (states(campaign), len(GIVEN)) == ({"handed": 2}, 2), "it was asked once"
    settings.CRM_ADAPTERS = {"sms": "tests.campaigns.test_adapters.deliver"}
    run_campaign(campaign.pk)
    assert states(campaign) == {"sent": 2}


def test_a_name_that_is_too_long_holds_up_nobody_and_a_claim_of_a_cancelled_one_is_settled(house):
    people = allowing("wireless", 3)
    Contact.objects.filter(pk=people[0].pk).update(name="A" * 300)
    campaign = launched(house, "sms")
    Recipient.objects.filter(contact=people[1]).update(variant=None)  # cannot be
    run_campaign(campaign.pk)
    assert states(campaign) == {"handed": 2, "left_out": 1}
    Piece.objects.update(claimed_at=timezone.now() - dt.timedelta(hours=1))
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.CANCELLED)
    sweep_campaigns_task()
    assert states(campaign) == {"uncertain": 2, "left_out": 1}


def test_who_says_no_after_a_message_was_written_does_not_get_it(house, settings):
    people = allowing("wireless")
    texts = launched(house, "sms")
    run_campaign(texts.pk)
    allow(people[:2], "wireless", ConsentLevel.NONE)
    settings.CRM_ADAPTERS = {"sms": "tests.campaigns.test_adapters.deliver"}
    GIVEN.clear()
    run_campaign(texts.pk)
    assert [message.to for message in GIVEN] == ["+49221552", "+49221553"]
    with pytest.raises(ValidationError, match="told by what is done"):
        take_file(actor=house, campaign=texts)


def test_no_message_leaves_in_the_quiet_hours_of_where_somebody_is(house, settings):
    allowing("wireless", 2)
    settings.CRM_ADAPTERS = {"sms": "tests.campaigns.test_adapters.deliver"}
    GIVEN.clear()
    campaign = launched(house, "sms")
    Recipient.objects.filter(contact__name="p1").update(time_zone="Asia/Tokyo")
    Recipient.objects.filter(contact__name="p0").update(time_zone="Europe/Berlin")
    SendingRules.objects.create(pk=1, quiet_from=dt.time(21), quiet_until=dt.time(8))
    with time_machine.travel(dt.datetime(2026, 12, 1, 14, tzinfo=dt.UTC)):  # 15:00 in Berlin, 23:00 in Tokyo
        run_campaign(campaign.pk)
        assert [message.to for message in GIVEN] == ["+49221550"]
    with time_machine.travel(dt.datetime(2026, 12, 2, 0, tzinfo=dt.UTC)):  # 09:00 in Tokyo
        run_campaign(campaign.pk)
        assert [message.to for message in GIVEN] == ["+49221550", "+49221551"]


def test_what_died_with_its_worker_is_uncertain_and_never_given_again(house, settings):
    allowing("wireless", 2)
    campaign = launched(house, "sms")
    run_campaign(campaign.pk)
    Piece.objects.update(claimed_at=timezone.now())
    settings.CRM_ADAPTERS = {"sms": "tests.campaigns.test_adapters.deliver"}
    GIVEN.clear()
    run_campaign(campaign.pk)
    assert (states(campaign), GIVEN) == ({"handed": 2}, []), "another worker has them in its hands"
    Piece.objects.update(claimed_at=timezone.now() - dt.timedelta(hours=1))
    run_campaign(campaign.pk)
    assert (states(campaign), GIVEN) == ({"uncertain": 2}, [])
    settings.CRM_ADAPTERS = {"sms": "nowhere.at.all"}
    run_campaign(campaign.pk)


def test_a_run_ends_where_quiet_hours_begin_and_while_another_worker_delivers(house, settings, monkeypatch):
    allowing("wireless", 3)
    settings.CRM_ADAPTERS = {"sms": "tests.campaigns.test_adapters.deliver_slowly"}
    monkeypatch.setattr(adapters, "AT_ONCE", 1)
    GIVEN.clear()
    campaign = launched(house, "sms")
    Recipient.objects.update(time_zone="Europe/Berlin")
    SendingRules.objects.create(pk=1, quiet_from=dt.time(21), quiet_until=dt.time(8))
    with time_machine.travel(dt.datetime(2026, 12, 1, 19, 59, 40, tzinfo=dt.UTC), tick=False) as clock:
        CLOCK[:] = [clock]
        with side_connection() as side:
            assert take_lock(side, adapters.LOCK_CLASS, campaign.pk)
            run_campaign(campaign.pk)
            assert (GIVEN, states(campaign)) == ([], {"handed": 3})
        run_campaign(campaign.pk)
        assert (len(GIVEN), states(campaign)) == (1, {"sent": 1, "handed": 2})
        clock.move_to(dt.datetime(2026, 12, 2, 9, tzinfo=dt.UTC))
        monkeypatch.setattr(adapters, "MOST_SECONDS", 0.0)
        run_campaign(campaign.pk)
        assert len(GIVEN) == 1, "a run ends in time"
        monkeypatch.undo()
        run_campaign(campaign.pk)
        assert (len(GIVEN), states(campaign)) == (3, {"sent": 3})


GIVEN: list[Message] = []
CLOCK: list[Any] = []


def deliver(messages):
    """An adapter of whom the second hundred breaks the line, and the third is refused."""
    GIVEN.extend(messages)
    if messages[0].to.endswith("2"):
        raise ConnectionResetError
    return [Outcome(not one.to.endswith("4"), "The number is not in service.") for one in messages]


def deliver_slowly(messages):
    GIVEN.extend(messages)
    CLOCK[0].shift(30)
    return [Outcome(is_taken=True) for _ in messages]


def nobody_there(messages):
    GIVEN.extend(messages)
    raise NothingTaken
