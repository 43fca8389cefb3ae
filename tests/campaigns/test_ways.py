"""Letters, calls and messages: a piece each, once; households; the file; what is said of them; adapters that fail."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.choices import CampaignState, RecipientState
from campaigns.models import Campaign, Piece, Recipient, SendingRules
from campaigns.sending import actions
from campaigns.sending.engine import run_campaign
from campaigns.sending.outcomes import count_outcomes
from campaigns.sending.preflight import look_over
from campaigns.ways import adapters
from campaigns.ways.adapters import Message, Outcome
from campaigns.ways.leaving import CAME_BACK, say_come_back, say_gone
from contacts.choices import ConsentLevel, PointKind
from contacts.models import Address, Consent, Contact, ContactPoint
from contacts.postal import postal_lines
from crm.choices import Role
from crm.models import LogEntry, OutgoingMail, Task
from tests.campaigns.sample import agreed, ready, states
from tests.factories import make_company, make_order, make_user, signed_in

STREETS = ("Lindenweg 4", "Lindenweg  4", "Am Markt 1", "")


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MANAGER, name="Ada Lane")


def allowing(channel: str, count: int = 4, **fields) -> list[Contact]:
    """People with a phone and mostly an address, who allowed this channel."""
    people = agreed(count, **fields)
    allow(people, channel, ConsentLevel.OPT_IN)
    Address.objects.bulk_create(
        Address(
            contact=one, street=STREETS[at % 4], postal_code="50667", city="Köln" * bool(STREETS[at % 4]), country="DE"
        )
        for at, one in enumerate(people)
        if STREETS[at % 4]
    )
    ContactPoint.objects.bulk_create(
        ContactPoint(
            contact=one, kind=PointKind.PHONE, value=f"0221 55{at}", normalised=f"+4922155{at}", is_primary=True
        )
        for at, one in enumerate(people)
    )
    return people


def allow(people: list[Contact], channel: str, level: int) -> None:
    Consent.objects.bulk_create(
        Consent(contact=one, channel=channel, purpose="marketing", level=level, recorded_at=timezone.now())
        for one in people
    )


def launched(actor, channel: str, **fields) -> Campaign:
    campaign = ready(actor, channel=channel, **fields)
    actions.launch_campaign(actor=actor, campaign=campaign)
    campaign.refresh_from_db()
    return campaign


def rows_in(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_letters_wait_in_a_file_one_a_household_until_somebody_says_that_they_went_out(house):
    people = allowing("post")
    campaign = launched(house, "post")
    run_campaign(campaign.pk)
    run_campaign(campaign.pk)
    assert states(campaign) == {"handed": 3, "left_out": 1}, "who has no address gets no letter"
    assert OutgoingMail.objects.count() == 0
    client = signed_in(house)
    rows = rows_in(client.get(f"/campaigns/{campaign.pk}/pieces/file/?format=csv"))
    assert sorted((row["People"], row["Name"], row["Line 1"], row["Line 2"]) for row in rows) == [
        ("1", "p2", "Am Markt 1", "50667 Köln"),
        ("2", "p0 and p1", "Lindenweg 4", "50667 Köln"),
    ]
    assert {row["Text"].split("\n")[2] for row in rows} == {"Dear First0,", "Dear First2,"}
    assert LogEntry.objects.filter(verb="export", summary__contains="letters of").count() == 1
    with pytest.raises(ValidationError, match="not come yet"):
        say_gone(actor=house, campaign=campaign, day=timezone.localdate() + dt.timedelta(days=2))
    with pytest.raises(ValidationError, match="not started"):
        say_gone(actor=house, campaign=campaign, day=dt.date(2020, 1, 1))
    client.post(f"/campaigns/{campaign.pk}/pieces/gone/", {"day": ""})
    assert states(campaign) == {"sent": 3, "left_out": 1}
    with pytest.raises(ValidationError, match="nothing that has not gone out"):
        say_gone(actor=house, campaign=campaign)
    run_campaign(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.SENT
    code = Piece.objects.get(recipient__contact=people[2]).code_in_words.lower()
    assert "p2" in client.get(f"/campaigns/{campaign.pk}/pieces/?code={code}").content.decode()
    with pytest.raises(ValidationError, match="no code of this campaign"):
        say_come_back(actor=house, campaign=campaign, codes=[code, "AAAA-BBBB-CCCC"])
    assert states(campaign)["sent"] == 3
    assert say_come_back(actor=house, campaign=campaign, codes=[code, code]) == 1
    assert Recipient.objects.get(contact=people[2]).reason == CAME_BACK
    assert campaign.name in client.get(f"/contacts/{people[0].pk}/").content.decode(), "it is on their history"


def test_what_people_do_counts_and_nothing_is_said_of_looks_and_clicks(house):
    people = allowing("post")
    campaign = launched(house, "post")
    run_campaign(campaign.pk)
    say_gone(actor=house, campaign=campaign)
    make_order(people[0], lines=({"quantity": 1, "amount": 40},), ordered_at=timezone.now())
    count_outcomes(campaign.pk)
    row = Recipient.objects.get(contact=people[0])
    assert (row.converted, row.responded, row.opened, row.clicked) == (True, True, None, None)


def test_a_letter_goes_to_nobody_who_has_said_no_since_the_draw(house):
    people = allowing("post")
    campaign = launched(house, "post")
    allow(people[:2], "post", ConsentLevel.NONE)
    run_campaign(campaign.pk)
    assert list(Piece.objects.values_list("recipient__contact", flat=True)) == [people[2].pk]


def test_calls_are_tasks_of_who_looks_after_them_and_done_ones_count(house):
    rep, gone = make_user(Role.REP), make_user(Role.REP, is_active=False)
    people = allowing("phone", owner=rep)
    Contact.objects.filter(pk=people[3].pk).update(owner=gone)
    campaign = launched(house, "phone")
    run_campaign(campaign.pk)
    assert states(campaign) == {"handed": 3, "left_out": 1}
    tasks = list(Task.objects.order_by("contact_id"))
    assert [(one.kind, one.owner_id, one.contact_id) for one in tasks] == [
        ("call", rep.pk, one.pk) for one in people[:3]
    ]
    assert "+49221550" in tasks[0].text
    Task.objects.filter(pk=tasks[0].pk).update(done_at=timezone.now())
    tasks[1].delete()
    run_campaign(campaign.pk)
    assert states(campaign) == {"sent": 1, "failed": 1, "handed": 1, "left_out": 1}
    with pytest.raises(ValidationError, match="told by what is done"):
        say_gone(actor=house, campaign=campaign)
    actions.cancel_campaign(actor=house, campaign=campaign)
    assert states(campaign) == {"sent": 1, "failed": 1, "cancelled": 1, "left_out": 1}
    assert not Task.objects.filter(done_at=None).exists()


def test_an_adapter_is_given_each_message_once_whatever_becomes_of_it(house, settings, monkeypatch):
    allowing("wireless", 5)
    settings.CRM_ADAPTERS = {"sms": "tests.campaigns.test_ways.deliver"}
    monkeypatch.setattr(adapters, "AT_ONCE", 2)
    GIVEN.clear()
    campaign = launched(house, "sms")
    run_campaign(campaign.pk)
    run_campaign(campaign.pk)
    assert [message.to for message in GIVEN] == [f"+4922155{at}" for at in range(5)]
    assert len({message.key for message in GIVEN}) == 5
    assert states(campaign) == {"sent": 2, "failed": 1, "uncertain": 2}
    refused = Recipient.objects.get(campaign=campaign, state=RecipientState.FAILED)
    assert refused.reason == "The number is not in service."
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.SENT


def test_no_message_leaves_in_the_quiet_hours_of_where_somebody_is(house, settings):
    allowing("wireless", 2)
    settings.CRM_ADAPTERS = {"sms": "tests.campaigns.test_ways.deliver"}
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
    settings.CRM_ADAPTERS = {"sms": "tests.campaigns.test_ways.deliver"}
    GIVEN.clear()
    run_campaign(campaign.pk)
    assert (states(campaign), GIVEN) == ({"handed": 2}, []), "another worker has them in its hands"
    Piece.objects.update(claimed_at=timezone.now() - dt.timedelta(hours=1))
    run_campaign(campaign.pk)
    assert (states(campaign), GIVEN) == ({"uncertain": 2}, [])
    settings.CRM_ADAPTERS = {"sms": "nowhere.at.all"}
    run_campaign(campaign.pk)


def test_a_paused_campaign_gives_no_file_and_the_check_says_what_only_mails_can(house):
    allowing("post")
    campaign = launched(house, "post")
    run_campaign(campaign.pk)
    actions.pause_campaign(actor=house, campaign=campaign)
    client = signed_in(house)
    assert client.get(f"/campaigns/{campaign.pk}/pieces/file/").status_code == 409
    other = ready(house, channel="sms", name="By SMS", timing="local", starts_at=timezone.now(), variants=2,
                  test_share="0.5", decides_at=timezone.now() + dt.timedelta(days=2))  # fmt: skip
    faults = " ".join(look_over(other, house).faults)
    assert "each person's clock" in faults
    assert "decided by orders" in faults
    assert client.get(f"/campaigns/{ready(house, name='Mails').pk}/pieces/").status_code == 404


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        (("12 Main St", "62704", "Springfield", "IL", "US"), ["12 Main St", "Springfield, IL 62704", "UNITED STATES"]),
        (("10 Downing Street", "SW1A 2AA", "London", "", "GB"),
         ["10 Downing Street", "London", "SW1A 2AA", "UNITED KINGDOM"]),
        (("Lindenweg 4", "50667", "Köln", "NRW", "DE"), ["Lindenweg 4", "50667 Köln", "GERMANY"]),
    ],
)  # fmt: skip
def test_an_address_is_written_as_its_country_writes_it(parts, lines):
    names = ("street", "postal_code", "city", "region", "country")
    assert postal_lines(Address(**dict(zip(names, parts, strict=True)))) == lines


GIVEN: list[Message] = []


def deliver(messages):
    """An adapter of whom the second hundred breaks the line, and the third is refused."""
    GIVEN.extend(messages)
    if messages[0].to.endswith("2"):
        raise ConnectionResetError
    return [Outcome(not one.to.endswith("4"), "The number is not in service.") for one in messages]
