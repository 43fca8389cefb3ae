"""What people do with the mails of a campaign: clicks, the way out, orders within the window."""

import datetime as dt
import re

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from campaigns.models import Campaign, Hit, Recipient, SendingRules
from campaigns.preferences import choose_purposes, standing_of
from campaigns.queries import outcome_for
from campaigns.sending import actions
from campaigns.sending.engine import run_campaign
from campaigns.sending.outcomes import count_all
from contacts.choices import ConsentChannel, ConsentLevel
from contacts.models import Consent, Purpose
from contacts.permission.rule import may_write
from crm.choices import Role
from crm.mail.choices import MailState
from tests.campaigns.sample import agreed, let_leave, links_in, mails, ready, started, states
from tests.factories import make_company, make_contact, make_order, make_user, signed_in

AGENT = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"


@pytest.fixture
def house(db):
    make_company()
    user = make_user(Role.MARKETER)
    type(user).objects.filter(pk=user.pk).update(email="mia@house.example")
    user.refresh_from_db()
    return user


@pytest.fixture
def sent(house, client):
    campaign = started(house, people=6, control_share="0")
    run_campaign(campaign.pk)
    let_leave(campaign)
    Recipient.objects.update(sent_at=timezone.now() - dt.timedelta(hours=2))
    Campaign.objects.update(launched_at=timezone.now() - dt.timedelta(hours=3))
    return campaign


def test_a_click_leads_on_and_is_a_persons_or_a_programs(sent, client):
    one, two = mails(sent).order_by("pk")[:2]
    click = links_in(one, "t")[0]
    answer = client.get(click, headers={"user-agent": AGENT})
    assert (answer.status_code, answer["Location"]) == (302, "https://example.com/oak")
    client.get(links_in(two, "t")[1], headers={"user-agent": "SomeScanner/1.0 (link preview)"})
    pixel = next(link for link in links_in(two, "t") if link.endswith(".gif"))
    assert client.get(pixel, headers={"user-agent": AGENT})["Content-Type"] == "image/gif"
    assert Hit.objects.count() == 3
    count_all()
    rows = {row.mail_id: row for row in Recipient.objects.filter(campaign=sent)}
    assert (rows[one.pk].clicked, rows[one.pk].opened) == (True, True)
    assert (rows[two.pk].clicked, rows[two.pk].opened) == (False, True)
    altered = click[:-6] + ("A" if click[-6] != "A" else "B") + click[-5:]
    assert client.get(altered).status_code == 404
    assert client.get("/t/https://evil.example/").status_code == 404
    assert Hit.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_database_may_be_away_when_somebody_clicks(sent, client):
    def away(execute, sql, params, many, context):
        if "campaigns_hit" in sql:
            raise OperationalError("gone")
        return execute(sql, params, many, context)

    click = links_in(mails(sent).first(), "t")[0]
    with connection.execute_wrapper(away):
        assert client.get(click, headers={"user-agent": AGENT}).status_code == 302
    assert not Hit.objects.exists()


def test_a_look_at_the_way_out_changes_nothing_and_one_click_does(sent, client):
    mail = mails(sent).order_by("pk").first()
    contact = Recipient.objects.get(mail_id=mail.pk).contact
    link = re.search(r"/p/[^>]+", mail.headers["List-Unsubscribe"])[0]
    before = Consent.objects.count()
    page = client.get(link)
    assert page.status_code == 200
    assert contact.name not in page.content.decode()
    assert (Consent.objects.count(), page["Cache-Control"]) == (before, "no-store")
    for _ in range(2):
        assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Consent.objects.count() == before + 1
    assert not may_write(contact).is_yes
    client.post(link, {"email": ["marketing"]})
    assert may_write(contact).is_yes
    client.post(link, {"nothing": "1"})
    assert not may_write(contact).is_yes
    assert client.get(link[:-3] + "/").status_code == 404


def test_each_purpose_is_chosen_by_channel_and_only_what_changes_is_written(sent, client):
    contact = Recipient.objects.get(mail_id=mails(sent).earliest("pk").pk).contact
    Purpose.objects.create(key="invitations", label="Invitations", least_level=ConsentLevel.NONE)
    link = re.search(r"/p/[^>]+", mails(sent).earliest("pk").headers["List-Unsubscribe"])[0]
    ticked = re.findall(r'checkbox" name="(\w+)" value="(\w+)" checked', client.get(link).content.decode())
    # what needs no level is sent until somebody says no, by whatever channel
    free = [(channel, "invitations") for channel in ConsentChannel.values]
    assert sorted(ticked) == sorted([("email", "marketing"), *free])
    before = Consent.objects.filter(contact=contact).count()
    kept = {"email": ["marketing", "invitations"], "post": ["marketing", "invitations", "made up"]}
    for _ in range(2):
        assert client.post(link, kept).status_code == 200
    said = Consent.objects.filter(contact=contact).order_by("pk")[before:].values_list("channel", "purpose", "level")
    no = [(channel, "invitations", ConsentLevel.NONE) for channel in ("phone", "wireless", "social")]
    assert sorted(said) == sorted([("post", "marketing", ConsentLevel.OPT_IN), *no])
    client.post(link, {"nothing": "1", "email": ["marketing"]})
    assert not re.search(r'checkbox"[^>]* checked', client.get(link).content.decode())


def test_what_a_merged_contact_agreed_to_later_is_taken_back_too(sent):
    contact = Recipient.objects.get(mail_id=mails(sent).earliest("pk").pk).contact
    other = make_contact()
    for who, purpose, level in ((contact, "marketing", ConsentLevel.NONE), (other, "all", ConsentLevel.OPT_IN)):
        Consent.objects.create(contact=who, channel="email", purpose=purpose, level=level, recorded_at=timezone.now())
    other.merged_into, other.merged_at, other.archived_at = contact, timezone.now(), timezone.now()
    other.save()
    assert any(way.is_on for wish in standing_of(contact) for way in wish.ways)
    choose_purposes(contact=contact, wanted=(), recipient=None)
    assert not any(way.is_on for wish in standing_of(contact) for way in wish.ways)


def test_saying_no_calls_back_what_waits(house, client):
    campaign = started(house, people=2)
    run_campaign(campaign.pk)
    mail = mails(campaign).first()
    client.post(re.search(r"/p/[^>]+", mail.headers["List-Unsubscribe"])[0], {"List-Unsubscribe": "One-Click"})
    mail.refresh_from_db()
    assert mail.state == MailState.CANCELLED
    let_leave(campaign)
    assert states(campaign) == {"cancelled": 1, "sent": 1}


def test_orders_within_the_window_are_the_result_of_both_sides_alike(house):
    SendingRules.objects.create(pk=1, approval_above=10_000)
    agreed(400)
    campaign = ready(house, control_share="0.5", contact_cost_amount="0.5", margin="0.5")
    actions.launch_campaign(actor=house, campaign=campaign)
    run_campaign(campaign.pk)
    let_leave(campaign)
    Campaign.objects.update(launched_at=timezone.now() - dt.timedelta(days=3))
    reached = list(campaign.recipients.filter(state="sent").select_related("contact")[:40])
    kept_out = list(campaign.recipients.filter(state="control").select_related("contact")[:10])
    moment = timezone.now() - dt.timedelta(days=1)
    for row in (*reached, *kept_out):
        make_order(row.contact, ordered_at=moment, ordered_on=moment.date(), lines=({"quantity": 1, "amount": 100},))
    late = timezone.now() - dt.timedelta(days=9)
    make_order(kept_out[0].contact, ordered_at=late, ordered_on=late.date(), lines=({"quantity": 1, "amount": 900},))
    count_all()
    outcome = outcome_for(house, campaign)
    (one,) = outcome.variants
    n, m = one.tally.n, outcome.control.tally.n
    assert (n + m, one.tally.reached("converted"), outcome.control.tally.reached("converted")) == (400, 40, 10)
    assert one.lift("converted").value == pytest.approx(40 / n - 10 / m)
    assert one.incremental_amount == pytest.approx((4_000 / n - 1_000 / m) * n)
    assert one.roi == pytest.approx(((4_000 / n - 1_000 / m) * 0.5 - 0.5) / 0.5)
    page = signed_in(house).get(campaign.get_absolute_url()).content.decode()
    assert "Lift over the control group" in page
