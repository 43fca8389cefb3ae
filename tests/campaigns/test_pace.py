"""How often people want mails of campaigns: said by the link of a mail, kept to at the start and at the claim."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.choices import FATIGUE, TOO_SOON, Pace
from campaigns.mail.composing import preferences_link
from campaigns.models import Campaign, MailPace, Play, Recipient
from campaigns.preferences import choose_pace, pace_of
from campaigns.sending.actions import launch_campaign
from campaigns.sending.engine import run_campaign
from campaigns.sending.preflight import look_over
from contacts.merging.actions import merge_contacts, undo_merge
from contacts.models import Contact
from crm.choices import Role
from crm.models import LogEntry
from tests.campaigns.sample import agreed, ready, states
from tests.factories import make_company, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia():
    make_company()
    return make_user(Role.MARKETER)


def mailed(contact: Contact, days_ago: int, **fields) -> Recipient:
    """They got a mail of a campaign so many days ago."""
    campaign = Campaign.objects.create(**{"name": f"Earlier {contact.pk} {days_ago}", **fields})
    row = Recipient.objects.create(campaign=campaign, contact=contact, state="sent")
    moment = timezone.now() - dt.timedelta(days=days_ago)
    Recipient.objects.filter(pk=row.pk).update(recorded_at=moment, sent_at=moment)
    return row


def wishes(contact: Contact, days: int) -> None:
    choose_pace(contact=contact, days=days, recipient=None)


def page_of(row: Recipient) -> str:
    return "/p/" + preferences_link(row).partition("/p/")[2]


def test_a_person_says_how_often_by_the_link_of_a_mail(mia):
    row = mailed(agreed(1)[0], 3)
    page, client = page_of(row), Client()
    shown = client.get(page).content.decode()
    assert re.search(r'<input type="radio" name="pace" value="0" checked>', shown)
    assert not MailPace.objects.exists()
    for given, kept in (("30", 30), ("30", 30), ("7", 7), ("5", 7), ("x", 7), ("", 7), ("0", 0)):
        client.post(page, {"email": "marketing", "pace": given})
        assert [one.days for one in MailPace.objects.all()] == [kept]
    assert LogEntry.objects.filter(verb="consent", summary__startswith="Mails of campaigns").count() == 3
    assert client.post(page, {"email": "marketing"}).status_code == 200  # an older page, without the question
    client.post(page, {"email": "marketing", "pace": "30"})
    assert re.search(r'value="30" checked>', client.get(page).content.decode())
    client.post(page, {"List-Unsubscribe": "One-Click"})
    assert MailPace.objects.get().days == 30
    assert Contact.objects.get().consents.first().level == 0


@pytest.mark.parametrize(
    ("days", "ago", "reason"),
    [(30, 29, TOO_SOON[30]), (30, 31, ""), (7, 6, TOO_SOON[7]), (7, 8, ""), (0, 1, "")],
)
def test_who_wants_fewer_is_left_out_at_the_start_and_counted(mia, days, ago, reason):
    paced, free = agreed(2)
    for one in (paced, free):
        mailed(one, ago)
    wishes(paced, days)
    campaign = ready(mia)
    found = look_over(campaign, mia)
    assert found.audience.out == ({reason: 1} if reason else {})
    launch_campaign(actor=mia, campaign=campaign)
    left = dict(Recipient.objects.filter(campaign=campaign).values_list("contact", "reason"))
    assert left == {paced.pk: reason, free.pk: ""}


def test_the_rules_of_the_house_hold_beside_the_wish(mia):
    paced = agreed(1)[0]
    for ago in range(8, 14):  # more than anybody gets, and none within the week that they said
        mailed(paced, ago)
    wishes(paced, Pace.WEEK)
    Recipient.objects.update(recorded_at=timezone.now() - dt.timedelta(days=8))
    assert set(look_over(ready(mia), mia).audience.out) <= {FATIGUE}


def test_a_wish_after_the_start_holds_at_the_claim(mia):
    paced, free = agreed(2)
    mailed(paced, 20)
    campaign = ready(mia)
    launch_campaign(actor=mia, campaign=campaign)
    assert states(campaign) == {"waiting": 2}
    wishes(paced, Pace.MONTH)
    run_campaign(campaign.pk)
    rows = dict(Recipient.objects.filter(campaign=campaign).values_list("contact", "reason"))
    assert rows == {paced.pk: TOO_SOON[30], free.pk: ""}
    assert states(campaign) == {"left_out": 1, "handed": 1}


def test_an_earlier_round_of_a_play_counts_and_its_own_place_does_not(mia):
    paced = agreed(1)[0]
    wishes(paced, Pace.MONTH)
    play = Play.objects.create(name="Welcome")
    carrier = Campaign.everything.create(play=play, name="Welcome, mail 1", control_share=0, state="sending")
    variant = carrier.variants.create(name="A", subject="Hello", blocks=[{"kind": "text", "text": "Hello"}])
    first = Recipient.objects.create(campaign=carrier, contact=paced, variant=variant, state="waiting")
    run_campaign(carrier.pk)
    first.refresh_from_db()
    assert first.state == "handed"
    second = Recipient.objects.create(campaign=carrier, contact=paced, variant=variant, state="waiting", round=2)
    run_campaign(carrier.pk)
    second.refresh_from_db()
    assert (second.state, second.reason) == ("left_out", TOO_SOON[30])


def test_letters_neither_count_nor_wait(mia):
    paced = agreed(1)[0]
    mailed(paced, 2, channel="post")
    wishes(paced, Pace.MONTH)
    assert look_over(ready(mia), mia).audience.reached == 1


def test_of_merged_contacts_the_stricter_holds_until_they_are_parted(mia):
    kept, gone = agreed(2)
    wishes(kept, Pace.WEEK)
    wishes(gone, Pace.MONTH)
    mailed(kept, 20)
    merge = merge_contacts(actor=None, kept=kept, gone=gone)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert pace_of(kept).days == pace_of(gone).days == Pace.MONTH
    assert look_over(ready(mia), mia).audience.out[TOO_SOON[30]] == 1
    undo_merge(actor=None, merge=merge)
    for one, days in ((kept, Pace.WEEK), (gone, Pace.MONTH)):
        one.refresh_from_db()
        assert pace_of(one).days == days


def test_a_new_word_after_a_merge_is_of_both(mia):
    kept, gone = agreed(2)
    wishes(gone, Pace.MONTH)
    row = mailed(gone, 2)
    merge_contacts(actor=None, kept=kept, gone=gone)
    page = page_of(row)
    Client().post(page, {"email": "marketing", "pace": "0"})
    kept.refresh_from_db()
    assert pace_of(kept).days == Pace.ANY
    assert set(MailPace.objects.values_list("contact", flat=True)) == {kept.pk}


def test_the_contact_says_so(mia):
    paced = agreed(1)[0]
    mailed(paced, 3)
    wishes(paced, Pace.MONTH)
    page = signed_in(mia).get(reverse("contacts:contact_detail", args=[paced.pk]) + "?tab=campaigns")
    assert "At most one a month" in page.content.decode()


def test_the_audience_is_one_statement_still(mia):
    wishes(agreed(3)[0], Pace.MONTH)
    campaign = ready(mia)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        look_over(campaign, mia)
    counting = [one["sql"] for one in asked if "GROUP BY answer" in one["sql"]]
    assert len(counting) == 1
    assert counting[0].count('"campaigns_mailpace"') >= 2
