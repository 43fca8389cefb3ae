"""Text messages by the messages API: each given once whatever the provider does, its reports signed, each once."""

from __future__ import annotations

import base64
import hashlib
import hmac
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.models import Piece, Recipient
from campaigns.sending.engine import run_campaign
from campaigns.ways.delivery import signature_of
from campaigns.ways.text_messages import deliver
from crm.choices import Role
from tests.campaigns.reached import allowing, launched
from tests.campaigns.sample import states
from tests.campaigns.sms_provider import ACCOUNT, TOKEN, Provider
from tests.factories import make_company, make_user


@pytest.fixture
def provider(settings):
    with Provider() as found:
        settings.CRM_ADAPTERS = {"sms": "tests.campaigns.sms_provider.deliver_here"}
        settings.CRM_SMS_URL = f"http://sms.example:{found.port}/2010-04-01"
        settings.CRM_SMS_ACCOUNT, settings.CRM_SMS_TOKEN, settings.CRM_SMS_FROM = ACCOUNT, TOKEN, "+4930123"
        yield found


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MANAGER, name="Ada Lane")


def of(campaign, number):
    return Recipient.objects.get(campaign=campaign, contact__name=f"p{number}")


def test_each_message_is_handed_over_as_the_api_wants_it(house, provider):
    allowing("wireless", 2)
    campaign = launched(house, "sms")
    run_campaign(campaign.pk)
    run_campaign(campaign.pk)
    assert states(campaign) == {"sent": 2}
    first, second = provider.taken
    assert (first["To"], first["From"], second["To"]) == ("+49221550", "+4930123", "+49221551")
    assert first["Body"].startswith("New profiles")
    assert first["StatusCallback"] != second["StatusCallback"]
    assert set(Piece.objects.values_list("provider_id", flat=True)) == {"SM0001", "SM0002"}


def test_a_refusal_fails_one_and_a_broken_line_leaves_one_uncertain_and_the_rest_for_later(house, provider):
    allowing("wireless", 5)
    provider.script = {"+49221551": 400, "+49221552": "drop"}
    campaign = launched(house, "sms")
    run_campaign(campaign.pk)
    assert states(campaign) == {"sent": 1, "failed": 1, "uncertain": 1, "handed": 2}
    assert of(campaign, 1).reason == "Invalid 'To'"
    provider.script["+49221553"] = 429
    run_campaign(campaign.pk)
    assert states(campaign)["handed"] == 2, "too much was asked: nobody loses a message by it"
    provider.script["+49221553"] = 503
    run_campaign(campaign.pk)
    provider.script = {}
    run_campaign(campaign.pk)
    run_campaign(campaign.pk)
    assert states(campaign) == {"sent": 2, "failed": 1, "uncertain": 2}
    numbers = [form["To"] for form in provider.taken]
    assert numbers == ["+49221550", "+49221552", "+49221554"], "what is uncertain is never given again"


def test_a_provider_that_is_away_or_does_not_let_us_in_costs_nobody_their_message(house, provider, settings):
    allowing("wireless", 2)
    campaign = launched(house, "sms")
    for name, value in (("CRM_SMS_TOKEN", "wrong"), ("CRM_SMS_FROM", ""), ("CRM_SMS_URL", "http://sms.example:9/x")):
        kept = getattr(settings, name)
        setattr(settings, name, value)
        run_campaign(campaign.pk)
        setattr(settings, name, kept)
        assert (states(campaign), provider.taken) == ({"handed": 2}, [])
    run_campaign(campaign.pk)
    assert states(campaign) == {"sent": 2}


def test_nothing_leaves_for_a_private_address_without_the_rules_of_a_test(house, provider, settings):
    allowing("wireless", 1)
    settings.CRM_ADAPTERS = {"sms": f"{deliver.__module__}.deliver"}
    settings.CRM_SMS_URL = "http://127.0.0.1/2010-04-01"
    campaign = launched(house, "sms")
    run_campaign(campaign.pk)
    assert (states(campaign), provider.taken) == ({"handed": 1}, [])


def test_reports_count_once_whatever_their_order_and_a_forged_one_not_at_all(house, provider):
    allowing("wireless", 3)
    campaign = launched(house, "sms")
    run_campaign(campaign.pk)
    one, two, three = provider.taken
    answers = [provider.report(one, status) for status in ("sent", "delivered", "queued", "delivered", "undelivered")]
    assert answers == [204] * 5
    piece = Piece.objects.get(pk=of(campaign, 0).pk)
    assert (piece.delivery, of(campaign, 0).state) == ("delivered", "sent")
    provider.report(two, "undelivered", ErrorCode="30003")
    provider.report(two, "sent")
    assert (of(campaign, 1).state, of(campaign, 1).reason) == ("failed", "not delivered (error 30003)")
    assert provider.report(three, "delivered", token="guessed") == 401
    assert provider.report({**three, "sid": "SM9999"}, "delivered") == 204, "of another message: nothing is written"
    moved = {**three, "StatusCallback": three["StatusCallback"][:-6] + "AAAA" + three["StatusCallback"][-2:]}
    assert provider.report(moved, "delivered") == 404
    assert Piece.objects.get(pk=of(campaign, 2).pk).delivery == ""


def test_a_report_that_is_huge_or_lies_about_its_length_writes_nothing_and_breaks_nothing(house, provider, client):
    allowing("wireless", 1)
    campaign = launched(house, "sms")
    run_campaign(campaign.pk)
    url = provider.taken[0]["StatusCallback"].partition("/hooks/")[2]
    for token in (url, "A" * 5_000 + "/"):
        answer = client.post(f"/hooks/{token}", {"MessageStatus": "delivered", "Body": "x" * 3_000_000})
        assert answer.status_code in (400, 404)
    many = {f"field{n}": "x" for n in range(6_000)}
    assert client.post(f"/hooks/{url}", many).status_code == 400
    assert client.post(f"/hooks/{url}", b"\xff\xfe%00%", content_type="application/json").status_code == 401
    assert Piece.objects.get(pk=of(campaign, 0).pk).delivery == ""


def test_a_report_tells_of_a_message_that_was_uncertain(house, provider):
    allowing("wireless", 2)
    provider.script = {"+49221550": "drop"}
    campaign = launched(house, "sms")
    run_campaign(campaign.pk)
    assert of(campaign, 0).state == "uncertain"
    provider.report(provider.taken[0], "sent")
    row = of(campaign, 0)
    assert (row.state, row.reason) == ("sent", "")
    assert row.sent_at <= timezone.now()


def test_no_report_is_taken_while_no_account_is_set_up(house, provider, settings):
    allowing("wireless", 1)
    campaign = launched(house, "sms")
    run_campaign(campaign.pk)
    settings.CRM_SMS_TOKEN = ""
    assert provider.report(provider.taken[0], "delivered", token="") == 401


def test_the_signature_is_that_of_the_published_way():
    form, url = {"b": "2", "a": "1"}, "https://crm.example/hooks/messages/x/"
    expected = hmac.new(b"12345", b"https://crm.example/hooks/messages/x/a1b2", hashlib.sha1).digest()
    assert signature_of(url, form, "12345") == base64.b64encode(expected).decode()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_hand_each_message_over_once(provider, monkeypatch):
    make_company()
    monkeypatch.setattr("campaigns.ways.adapters.AT_ONCE", 3)
    allowing("wireless", 24)
    campaign = launched(make_user(Role.MANAGER), "sms")

    def work() -> None:
        try:
            run_campaign(campaign.pk)
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    run_campaign(campaign.pk)
    numbers = [form["To"] for form in provider.taken]
    assert (len(numbers), len(set(numbers)), states(campaign)) == (24, 24, {"sent": 24})
