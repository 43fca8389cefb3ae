"""What comes back of a campaign's mails: bounces, complaints, answers, each once, late ones too, forged ones not."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from importlib import import_module

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.choices import CampaignState
from campaigns.models import Campaign, Recipient, VariantTally
from campaigns.queries import outcome_for
from campaigns.sending.coming_back import settle_came_back
from campaigns.sending.engine import run_campaign
from campaigns.sending.outcomes import count_all
from contacts.models import Contact
from crm.choices import Role
from crm.models import IncomingMail
from tests.campaigns.sample import let_leave, mails, started
from tests.concurrency.racing import beside, until_somebody_waits
from tests.factories import make_company, make_user, signed_in
from tests.incoming.conftest import bounce_of, complaint_about, letter, receive

pytestmark = pytest.mark.django_db
HISTORY = import_module("campaigns.migrations.0010_what_came_back")


@pytest.fixture
def house():
    make_company()
    return make_user(Role.MARKETER)


@pytest.fixture
def sent(house):
    """A campaign that six people have got."""
    campaign = started(house, people=6)
    run_campaign(campaign.pk)
    let_leave(campaign)
    return campaign


def mail_of(campaign, number):
    return mails(campaign).get(recipient=f"p{number}@drill.example")


def answer_to(mail, **fields):
    return letter(mail.recipient, in_reply_to=mail.message_id, **fields)


def told(campaign):
    rows = Recipient.objects.filter(campaign=campaign).values_list("contact__name", "replied", "bounced", "complained")
    marks = {name: "".join(mark for mark, one in zip("rbc", found, strict=True) if one) for name, *found in rows}
    return {name: mark for name, mark in marks.items() if mark}


def listed(browser, campaign, figure):
    page = browser.get("/contacts/", {"campaigned": f"{campaign.pk}|{figure}|", "state": "all"}).content.decode()
    return {f"p{number}" for number in range(6) if f">p{number}<" in page}


def test_what_came_back_stands_with_its_recipient_in_the_funnel_and_behind_each_figure(house, sent):
    receive(bounce_of(mail_of(sent, 0)))
    receive(bounce_of(mail_of(sent, 1), status="5.2.2"))
    receive(complaint_about(mail_of(sent, 2)))
    receive(answer_to(mail_of(sent, 3)))
    receive(answer_to(mail_of(sent, 3), subject="And one more thing"))
    assert told(sent) == {"p0": "b", "p1": "b", "p2": "c", "p3": "r"}
    count_all()
    (part,) = outcome_for(house, sent).variants
    found = {name: part.tally.reached(name) for name in ("replied", "bounced", "complained")}
    assert found == {"replied": 1, "bounced": 2, "complained": 1}
    assert part.rate("bounced") == pytest.approx(2 / 6)
    assert Counter(Recipient.objects.values_list("state", flat=True)) == {"sent": 6}, "it was sent all the same"
    browser = signed_in(house)
    page = browser.get(sent.get_absolute_url()).content.decode()
    assert all(word in page for word in ("Replied", "Bounced", "Complained", "33.3"))
    assert listed(browser, sent, "bounced") == {"p0", "p1"}
    assert listed(browser, sent, "replied") == {"p3"}
    by_field = browser.get("/contacts/", {"complained_campaign": sent.pk}).content.decode()
    assert ">p2<" in by_field
    assert ">p0<" not in by_field


def test_reports_by_two_ways_and_again_count_once_and_the_first_moment_stays(sent):
    mail = mail_of(sent, 0)
    raw = bounce_of(mail)
    receive(raw)
    first = Recipient.objects.get(campaign=sent, bounced=True).bounced_at
    for again in (raw, b"Received: from elsewhere\r\n" + raw, bounce_of(mail)):
        receive(again)
    assert not settle_came_back(mail.pk)
    row = Recipient.objects.get(campaign=sent, bounced=True)
    assert (row.bounced_at, told(sent)) == (first, {"p0": "b"})


def test_a_server_that_still_tries_a_machine_and_a_forger_change_nothing(sent):
    receive(bounce_of(mail_of(sent, 0), status="4.4.1", action="delayed"))
    receive(answer_to(mail_of(sent, 1), subject="Out of office", auto_submitted="auto-replied"))
    receive(bounce_of(mail_of(sent, 2)).replace(mail_of(sent, 2).message_id.encode(), b"<guessed@crm.example>"))
    receive(letter("stranger@elsewhere.example", in_reply_to=mail_of(sent, 3).message_id))
    assert told(sent) == {}
    assert IncomingMail.objects.filter(is_delay=True).count() == 1


def test_a_bounce_of_a_mail_that_a_server_had_tried_for_days_counts_when_it_comes(sent):
    mail = mail_of(sent, 0)
    receive(bounce_of(mail, status="4.4.1", action="delayed"))
    receive(bounce_of(mail, status="5.4.7"))
    assert told(sent) == {"p0": "b"}


def test_what_comes_after_a_campaign_is_over_is_counted_too(house, sent):
    Campaign.objects.update(launched_at=timezone.now() - dt.timedelta(days=20), starts_on=None)
    count_all()
    sent.refresh_from_db()
    assert sent.state == CampaignState.OVER
    receive(bounce_of(mail_of(sent, 0)))
    receive(complaint_about(mail_of(sent, 1)))
    (part,) = outcome_for(house, sent).variants
    assert [part.tally.reached(name) for name in ("replied", "bounced", "complained")] == [0, 1, 1]


def test_an_answer_of_somebody_who_was_merged_stands_with_who_went_on(house, sent):
    row = Recipient.objects.get(campaign=sent, contact__name="p4")
    other = Contact.objects.create(name="Other")
    Recipient.objects.filter(pk=row.pk).update(contact=other)
    receive(answer_to(mail_of(sent, 4)))
    assert told(sent) == {"Other": "r"}
    history = signed_in(house).get(f"/contacts/{other.pk}/").content.decode()
    assert "Replied" in history or "replied" in history


@pytest.mark.django_db(transaction=True)
def test_two_that_come_back_at_once_both_count_without_counting_the_whole_campaign(sent):
    count_all()
    came = [receive(bounce_of(mail_of(sent, 0))), receive(answer_to(mail_of(sent, 0)))]
    IncomingMail.objects.update(state="waiting")
    Recipient.objects.update(replied=False, bounced=False, replied_at=None, bounced_at=None)
    Campaign.objects.update(state=CampaignState.OVER)
    VariantTally.objects.update(n=77, replied=0, bounced=0)

    @transaction.atomic
    def work(one):
        IncomingMail.objects.filter(pk=one.pk).update(state="done")
        settle_came_back(mail_of(sent, 0).pk)

    with transaction.atomic():
        work(came[0])
        other = beside(lambda: work(came[1]))
        until_somebody_waits()
    other.join(timeout=20)
    assert told(sent) == {"p0": "rb"}
    tally = VariantTally.objects.get(variant__is_control=False)
    assert (tally.n, tally.replied, tally.bounced, tally.complained) == (77, 1, 1, 0)


def test_of_a_campaign_that_was_over_before_this_was_measured_the_whole_is_told(house, sent):
    receive(bounce_of(mail_of(sent, 0)))
    Campaign.objects.update(state=CampaignState.OVER)
    nothing = {"replied": None, "bounced": None, "complained": None}
    Recipient.objects.update(**nothing)
    VariantTally.objects.update(**nothing)
    with connection.cursor() as cursor:
        for sql in (HISTORY.KNOWN, HISTORY.MEASURED, HISTORY.COUNTED):
            cursor.execute(sql)
    (part,) = outcome_for(house, sent).variants
    assert [part.tally.reached(name) for name in ("replied", "bounced", "complained")] == [0, 1, 0]
    assert Counter(Recipient.objects.values_list("bounced", flat=True)) == {True: 1, False: 5}
