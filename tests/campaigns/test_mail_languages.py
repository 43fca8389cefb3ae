"""The language of a campaign's mails: what stands below them, and what programs are told of it."""

from __future__ import annotations

import html

import pytest

from campaigns.choices import PlayState
from campaigns.models import Campaign
from campaigns.plays.actions import StepInput, change_play, create_play, start_play
from campaigns.sending.actions import launch_campaign
from campaigns.sending.engine import run_campaign
from campaigns.sending.trying import look_at
from crm.choices import Role
from crm.models import Company, OutgoingMail
from tests.campaigns.sample import agreed, ready
from tests.factories import make_company, make_user

pytestmark = pytest.mark.django_db
BELOW = {
    "en": ("ltr", "You get this because you agreed to it.", "Choose what you get, or leave"),
    "de": ("ltr", "Sie bekommen dies, weil Sie zugestimmt haben.", "Wählen Sie, was Sie bekommen"),
    "fr": ("ltr", "Vous recevez ceci parce que vous l’avez accepté.", "Choisissez ce que vous recevez"),
    "es": ("ltr", "Recibe esto porque dio su consentimiento.", "Elija lo que recibe"),
    "ar": ("rtl", "تصلك هذه الرسالة لأنك وافقت على ذلك.", "اختر ما تريد تلقيه"),
}


@pytest.fixture
def mia():
    make_company()
    return make_user(Role.MARKETER, language="fr")  # who writes it speaks another one


def said_in(mail, language: str) -> bool:
    direction, leave, way_out = BELOW[language]
    assert f'<html lang="{language}" dir="{direction}">' in mail.html
    assert f'<table role="presentation" lang="{language}" dir="{direction}"' in mail.html
    return all(words in html.unescape(mail.html) and words in mail.text for words in (leave, way_out))


@pytest.mark.parametrize("language", BELOW)
def test_what_stands_below_a_mail_is_in_the_language_of_the_campaign(mia, language):
    people = agreed(2)
    campaign = ready(mia, language=language)
    assert said_in(look_at(campaign.variants.get(), people[0], {}).mail, language)
    launch_campaign(actor=mia, campaign=campaign)
    run_campaign(campaign.pk)
    assert [said_in(mail, language) for mail in OutgoingMail.objects.all()] == [True, True]


def test_without_a_language_it_is_the_companys(mia):
    Company.objects.update(language="de")
    agreed(1)
    campaign = ready(mia)
    launch_campaign(actor=mia, campaign=campaign)
    run_campaign(campaign.pk)
    assert said_in(OutgoingMail.objects.get(), "de")


def test_the_mails_of_a_play_are_in_its_language(mia):
    contact = agreed(1)[0]
    mail = StepInput(kind="mail", wait_days=0, title="Hello", text="Hello")
    play = create_play(actor=mia, fields={"name": "Welcome", "language": "es"}, steps=[mail])
    assert said_in(look_at(Campaign.everything.get(play=play).variants.get(), contact, {}).mail, "es")
    start_play(actor=mia, play=play)
    play.refresh_from_db()
    assert play.state == PlayState.RUNNING
    assert Campaign.everything.get(play=play).language == "es"
    change_play(actor=mia, play=play, version=play.version, fields={"language": "ar"}, steps=None)
    assert Campaign.everything.get(play=play).language == "ar"
