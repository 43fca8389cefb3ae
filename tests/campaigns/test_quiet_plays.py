"""Mails of plays keep the quiet hours of where each person is, as those of campaigns do."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from campaigns.models import Campaign, Recipient, SendingRules
from campaigns.plays import engine
from campaigns.sending.engine import run_campaign
from contacts.models import Address
from crm.choices import Role
from tests.campaigns.playing import MAIL, buy, mails_of, play_of
from tests.campaigns.sample import agreed
from tests.factories import make_company, make_user

FOUR_IN_THE_AFTERNOON = dt.datetime(2027, 3, 3, 15, tzinfo=dt.UTC)  # in Berlin; after midnight in Tokyo


@pytest.mark.django_db
def test_a_mail_of_a_play_waits_for_the_morning_of_who_gets_it():
    make_company()
    SendingRules.objects.create(pk=1, quiet_from=dt.time(21), quiet_until=dt.time(8))
    with time_machine.travel(FOUR_IN_THE_AFTERNOON, tick=False) as clock:
        near, far = agreed(2)
        for contact, country in ((near, "DE"), (far, "JP")):
            Address.objects.create(contact=contact, country=country, is_primary=True)
        play = play_of(make_user(Role.MARKETER), MAIL)
        for contact in (near, far):
            buy(contact)
        assert (engine.look_for_events(), engine.move_on()) == (2, 2)
        (carrier,) = Campaign.everything.filter(play=play)
        run_campaign(carrier.pk)
        mail = mails_of(play).get()
        assert (mail.contact_id, mail.closes_at) == (near.pk, dt.datetime(2027, 3, 3, 20, tzinfo=dt.UTC))
        assert Recipient.objects.get(contact=far).state == "waiting"
        clock.move_to(dt.datetime(2027, 3, 3, 22, 59, tzinfo=dt.UTC))
        run_campaign(carrier.pk)
        assert not mails_of(play).filter(contact_id=far.pk).exists()
        clock.move_to(dt.datetime(2027, 3, 3, 23, tzinfo=dt.UTC))  # eight in the morning in Tokyo
        run_campaign(carrier.pk)
        assert mails_of(play).filter(contact_id=far.pk).exists()
