"""Letters and calls: a piece each, once; households; files; what is said of them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.choices import CampaignState, RecipientState
from campaigns.models import Piece, Recipient
from campaigns.sending import actions
from campaigns.sending.engine import run_campaign
from campaigns.sending.outcomes import count_outcomes
from campaigns.sending.preflight import look_over
from campaigns.ways.leaving import CAME_BACK, say_come_back, say_gone, take_file
from contacts.choices import ConsentLevel
from contacts.models import Contact
from crm.choices import Role
from crm.exporting.taken import exports_with
from crm.models import LogEntry, OutgoingMail, Task
from tests.campaigns.reached import allow, allowing, launched, rows_in
from tests.campaigns.sample import ready, states
from tests.factories import make_company, make_order, make_user, signed_in


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MANAGER, name="Ada Lane")


def test_letters_wait_in_a_file_one_a_household_until_somebody_says_that_they_went_out(house):
    people = allowing("post")
    campaign = launched(house, "post")
    run_campaign(campaign.pk)
    run_campaign(campaign.pk)
    assert states(campaign) == {"handed": 3, "left_out": 1}, "who has no address gets no letter"
    assert OutgoingMail.objects.count() == 0
    client = signed_in(house)
    assert "Take 3 in a file" in client.get(f"/campaigns/{campaign.pk}/pieces/").content.decode()
    client.post(f"/campaigns/{campaign.pk}/pieces/take/")
    file = campaign.piece_files.get()
    rows = rows_in(client.get(f"/campaigns/files/{file.pk}/?format=csv"))
    assert sorted((row["People"], row["Name"], row["Line 1"], row["Line 2"]) for row in rows) == [
        ("1", "p2", "Am Markt 1", "50667 Köln"),
        ("2", "p0 and p1", "Lindenweg 4", "50667 Köln"),
    ]
    assert {row["Text"].split("\n")[2] for row in rows} == {"Dear First0,", "Dear First2,"}
    assert LogEntry.objects.filter(verb="export", summary__contains="letters of").count() == 1
    entry = LogEntry.objects.get(verb="export", summary__contains="letters of")
    told = {one.pk: exports_with([one.pk]) for one in Contact.objects.all()}
    assert {key for key, entries in told.items() if entries == [entry.pk]} == {one.pk for one in people[:3]}
    with pytest.raises(ValidationError, match="not come yet"):
        say_gone(actor=house, file=file, day=timezone.localdate() + dt.timedelta(days=2))
    with pytest.raises(ValidationError, match="not started"):
        say_gone(actor=house, file=file, day=dt.date(2020, 1, 1))
    client.post(f"/campaigns/files/{file.pk}/gone/", {"day": ""})
    assert states(campaign) == {"sent": 3, "left_out": 1}
    with pytest.raises(ValidationError, match="gone out already"):
        say_gone(actor=house, file=file)
    run_campaign(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.SENT
    codes = dict(Piece.objects.values_list("recipient__contact", "code"))
    page = client.get(f"/campaigns/{campaign.pk}/pieces/?code={codes[people[2].pk].lower()}").content.decode()
    assert "p2" in page
    assert "p0" not in page
    with pytest.raises(ValidationError, match="no code of this campaign"):
        say_come_back(actor=house, campaign=campaign, codes=[codes[people[2].pk], "AAAA-BBBB-CCCC"])
    assert states(campaign)["sent"] == 3
    assert say_come_back(actor=house, campaign=campaign, codes=[codes[people[0].pk]] * 2) == 2, "all of its household"
    assert Recipient.objects.get(contact=people[1]).reason == CAME_BACK
    assert campaign.name in client.get(f"/contacts/{people[2].pk}/").content.decode(), "it is on their history"


def test_who_is_in_no_file_that_went_out_was_not_reached(house):
    people = allowing("post")
    campaign = launched(house, "post")
    run_campaign(campaign.pk)
    late = Recipient.objects.get(contact=people[2])
    Piece.objects.filter(recipient=late).delete()
    Recipient.objects.filter(pk=late.pk).update(state=RecipientState.WAITING)
    file = take_file(actor=house, campaign=campaign)
    run_campaign(campaign.pk)
    assert say_gone(actor=house, file=file) == 2
    assert states(campaign) == {"sent": 2, "handed": 1, "left_out": 1}
    assert take_file(actor=house, campaign=campaign).count == 1
    with pytest.raises(ValidationError, match="Nothing waits"):
        take_file(actor=house, campaign=campaign)


def test_who_says_no_after_a_piece_was_written_is_in_no_file(house):
    people = allowing("post")
    campaign = launched(house, "post")
    run_campaign(campaign.pk)
    allow(people[:1], "post", ConsentLevel.NONE)
    file = take_file(actor=house, campaign=campaign)
    assert (file.count, states(campaign)) == (2, {"handed": 2, "left_out": 2})
    allow(people[1:2], "post", ConsentLevel.NONE)
    rows = rows_in(signed_in(house).get(f"/campaigns/files/{file.pk}/"))
    assert [row["Name"] for row in rows] == ["p2"]


def test_what_people_do_counts_and_nothing_is_said_of_looks_and_clicks(house):
    people = allowing("post")
    campaign = launched(house, "post")
    run_campaign(campaign.pk)
    say_gone(actor=house, file=take_file(actor=house, campaign=campaign))
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
    assert "+49221550" not in tasks[0].text, "who may see the number finds it on their page"
    Task.objects.filter(pk=tasks[0].pk).update(done_at=timezone.now())
    tasks[1].delete()
    run_campaign(campaign.pk)
    assert states(campaign) == {"sent": 1, "failed": 1, "handed": 1, "left_out": 1}
    with pytest.raises(ValidationError, match="told by what is done"):
        take_file(actor=house, campaign=campaign)
    actions.cancel_campaign(actor=house, campaign=campaign)
    assert states(campaign) == {"sent": 1, "failed": 1, "cancelled": 1, "left_out": 1}
    assert not Task.objects.filter(done_at=None).exists()


def test_a_paused_campaign_gives_no_file_and_the_check_says_what_only_mails_can(house):
    allowing("post")
    campaign = launched(house, "post")
    run_campaign(campaign.pk)
    file = take_file(actor=house, campaign=campaign)
    actions.pause_campaign(actor=house, campaign=campaign)
    client = signed_in(house)
    assert client.get(f"/campaigns/files/{file.pk}/").status_code == 409
    with pytest.raises(ValidationError, match="not under way"):
        say_gone(actor=house, file=file)
    other = ready(house, channel="sms", name="By SMS", timing="local", starts_at=timezone.now(), variants=2,
                  test_share="0.5", decides_at=timezone.now() + dt.timedelta(days=2))  # fmt: skip
    faults = " ".join(look_over(other, house).faults)
    assert "each person's clock" in faults
    assert "decided by orders" in faults
    assert client.get(f"/campaigns/{ready(house, name='Mails').pk}/pieces/").status_code == 404
