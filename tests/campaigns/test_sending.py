"""A campaign that goes out: whom, what it says, approval, the draw, once each, pause and the end, what people do."""

import datetime as dt
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.choices import CampaignState, RecipientState
from campaigns.models import Campaign, Recipient, SendingRules
from campaigns.sending import actions, engine, trying
from campaigns.sending.engine import run_campaign
from campaigns.sending.hours import Opening
from campaigns.sending.preflight import look_over
from campaigns.tasks import sweep_campaigns_task
from contacts.permission.actions import record_consent
from crm.choices import Role
from crm.mail.choices import MailState
from crm.models import OutgoingMail, SuppressedAddress
from tests.campaigns.sample import BLOCKS, agreed, let_leave, mails, ready, segment_of, started, states
from tests.factories import make_company, make_contact, make_user, signed_in


@pytest.fixture
def house(db):
    make_company()
    user = make_user(Role.MARKETER)
    type(user).objects.filter(pk=user.pk).update(email="mia@house.example")
    user.refresh_from_db()
    return user


def test_the_check_counts_who_is_left_out_and_what_is_missing(house):
    people = agreed(6)
    make_contact(name="Never asked", emails=("never@x.example",), source="p")
    make_contact(name="No address", source="p")
    record_consent(actor=None, contact=people[0], channel="email", purpose="marketing", level=0)
    SuppressedAddress.objects.create(address="p1@drill.example", reason="hard_bounce")
    campaign = ready(house, control_share=0)
    found = look_over(campaign, house)
    assert found.is_ready
    assert (found.audience.chosen, found.audience.reached, sum(found.audience.out.values())) == (8, 4, 4)
    assert found.links == ["https://example.com/oak", "https://example.com/frames?a=1&b=2"]
    assert any("no control group" in note for note in found.notes)
    page = signed_in(house).get(f"/campaigns/{campaign.pk}/check/").content.decode()
    assert "never asked" in page.lower()
    assert "Dear customer" in page  # to the newest of them, of whom no first name is known
    empty = Campaign.objects.create(name="Empty")
    assert len(look_over(empty, house).faults) == 2


def test_a_second_person_approves_a_large_one_and_a_change_makes_that_void(house):
    SendingRules.objects.create(pk=1, approval_above=3)
    agreed(4)
    campaign = ready(house)
    with pytest.raises(ValidationError, match="Above 3 people"):
        actions.launch_campaign(actor=house, campaign=campaign)
    actions.ask_approval(actor=house, campaign=campaign)
    with pytest.raises(ValidationError, match="not the one who asked"):
        actions.approve_campaign(actor=house, campaign=campaign)
    actions.approve_campaign(actor=make_user(), campaign=campaign)
    variant = campaign.variants.get()
    fields = {"name": "A", "subject": "Other", "blocks": BLOCKS}
    actions.set_variant(actor=house, campaign=campaign, variant=variant, fields=fields)
    with pytest.raises(ValidationError, match="Above 3 people"):
        actions.launch_campaign(actor=house, campaign=campaign)
    actions.ask_approval(actor=house, campaign=campaign)
    actions.approve_campaign(actor=make_user(), campaign=campaign)
    assert actions.launch_campaign(actor=house, campaign=campaign) == 4


def test_the_draw_is_fixed_random_and_of_the_size_that_was_asked_for(house):
    agreed(2_000)
    SendingRules.objects.create(pk=1, approval_above=10_000)
    campaign = ready(house, variants=3, control_share="0.2")
    assert actions.launch_campaign(actor=house, campaign=campaign) == 2_000
    drawn = Counter(Recipient.objects.filter(campaign=campaign).values_list("variant__name", flat=True))
    assert 330 < drawn["Control"] < 470
    assert all(450 < drawn[name] < 620 for name in "ABC")
    assert states(campaign) == {"control": drawn["Control"], "waiting": 2_000 - drawn["Control"]}
    with pytest.raises(ValidationError, match="stand fast"):
        actions.launch_campaign(actor=house, campaign=campaign)
    with pytest.raises(ValidationError, match="stand fast"):
        actions.set_variant(actor=house, campaign=campaign, variant=None, fields={"name": "D", "blocks": BLOCKS})


def test_who_is_in_what_is_left_out_gets_nothing(house):
    people = agreed(3)
    out = segment_of("none", "Out")
    out.filter = {"version": 1, "where": {"field": "name", "op": "is", "value": "p1"}}
    out.save()
    campaign = ready(house)
    actions.set_audience(
        actor=house, campaign=campaign, version=campaign.version, fields={},
        segments=[campaign.audience.get().segment], without=[out],
    )  # fmt: skip
    assert actions.launch_campaign(actor=house, campaign=campaign) == 2
    assert not Recipient.objects.filter(contact=people[1]).exists()


def test_each_gets_one_mail_and_what_changed_since_the_start_counts(house):
    campaign = started(house, people=6)
    people = list(campaign.recipients.order_by("pk"))
    record_consent(actor=None, contact=people[0].contact, channel="email", purpose="all", level=0)
    SuppressedAddress.objects.create(address="p1@drill.example", reason="complaint")
    assert run_campaign(campaign.pk) == 6
    assert run_campaign(campaign.pk) == 0
    assert mails(campaign).count() == 4
    assert states(campaign) == {"handed": 4, "left_out": 2}
    mail = mails(campaign).order_by("pk").first()
    assert (mail.subject, mail.kind, mail.recipient) == ("Frames for First2 A", "at_most_once", "p2@drill.example")
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Dear First2," in mail.text
    doubt, gone = mails(campaign).order_by("-pk")[:2]
    OutgoingMail.objects.filter(pk=doubt.pk).update(state=MailState.UNCERTAIN, claimed_at=timezone.now())
    OutgoingMail.objects.filter(pk=gone.pk).update(state=MailState.FAILED, last_error="550 no such user")
    let_leave(campaign)
    assert states(campaign) == {"sent": 2, "uncertain": 1, "failed": 1, "left_out": 2}
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.SENT
    assert Recipient.objects.get(campaign=campaign, state="failed").reason == "550 no such user"
    page = signed_in(house).get(campaign.get_absolute_url()).content.decode()
    assert "Uncertain" in page
    assert "550 no such user" not in page  # why each failed stands with its mail


def test_pause_holds_what_waits_and_it_goes_on_exactly_there(house, monkeypatch):
    monkeypatch.setattr("campaigns.sending.engine.CHUNK", 2)
    monkeypatch.setattr("campaigns.sending.engine.MOST_IN_LEDGER", 2)
    campaign = started(house, people=5)
    assert run_campaign(campaign.pk) == 2
    actions.pause_campaign(actor=house, campaign=campaign)
    assert (run_campaign(campaign.pk), engine._hand_over(campaign.pk, Opening("", timezone.now()), 5)) == (0, 0)
    assert set(mails(campaign).values_list("state", flat=True)) == {MailState.HELD}
    actions.resume_campaign(actor=house, campaign=campaign)
    for _ in range(4):
        let_leave(campaign)
    assert states(campaign) == {"sent": 5}
    assert mails(campaign).values("recipient").distinct().count() == mails(campaign).count() == 5


def test_a_campaign_that_is_called_back_reaches_nobody_else(house, monkeypatch):
    monkeypatch.setattr("campaigns.sending.engine.CHUNK", 2)
    monkeypatch.setattr("campaigns.sending.engine.MOST_IN_LEDGER", 2)
    campaign, other = started(house, people=5), ready(house, name="Other")
    run_campaign(campaign.pk)
    in_hand, waits = mails(campaign).order_by("pk")
    begun = {"state": MailState.IN_FLIGHT, "claimed_at": timezone.now(), "claimed_slot": 1}
    OutgoingMail.objects.filter(pk=in_hand.pk).update(**begun)
    actions.cancel_campaign(actor=house, campaign=campaign)
    assert states(campaign) == {"handed": 1, "cancelled": 4}
    OutgoingMail.objects.filter(pk=in_hand.pk).update(state=MailState.SENT, sent_at=timezone.now())
    actions.launch_campaign(actor=house, campaign=other)
    run_as_it_is = run_campaign

    def one_that_fails(key):
        if key == other.pk:
            raise ValueError("It cannot be read.")
        return run_as_it_is(key)

    monkeypatch.setattr("campaigns.tasks.run_campaign", one_that_fails)
    assert sweep_campaigns_task() == 2
    assert states(campaign) == {"sent": 1, "cancelled": 4}
    assert sweep_campaigns_task() == 1  # nothing of it is open any more
    waits.refresh_from_db()
    assert waits.state == MailState.CANCELLED
    assert not mails(campaign).filter(state=MailState.QUEUED).exists()


def test_nobody_gets_more_mails_than_the_house_allows(house):
    SendingRules.objects.create(pk=1, most_mails=1, in_days=7)
    agreed(2)
    first, second = (ready(house, name=name) for name in ("First", "Second"))
    actions.launch_campaign(actor=house, campaign=first)
    run_campaign(first.pk)
    assert look_over(second, house).audience.out == {"had enough mails": 2}
    Recipient.objects.update(recorded_at=timezone.now() - dt.timedelta(days=8))
    assert look_over(second, house).audience.reached == 2


def test_one_mail_that_cannot_be_made_holds_up_no_other(house):
    people = agreed(3)
    campaign = ready(house)
    type(people[0]).objects.filter(pk=people[0].pk).update(name="x\nBcc: a@b.example", first_name="")
    actions.launch_campaign(actor=house, campaign=campaign)
    run_campaign(campaign.pk)
    assert mails(campaign).count() >= 2
    assert states(campaign)["waiting"] == 0


def test_a_test_goes_to_who_asks_and_to_nobody_else(house):
    (person,) = agreed(1)
    campaign = ready(house)
    mail = trying.send_test(actor=house, variant=campaign.variants.get(), contact=person)
    assert (mail.recipient, mail.subject) == ("mia@house.example", "[Test] Frames for First0 A")
    assert "/t/" not in mail.html
    assert RecipientState.SENT not in states(campaign)


def test_the_pages_lead_from_a_segment_to_a_start(house):
    agreed(3)
    segment = segment_of("p")
    browser = signed_in(house)
    plan = {"name": "Oak", "channel": "email", "currency": "EUR", "window_days": "14", "owner": house.pk}
    made = browser.post("/campaigns/new/", plan)
    campaign = Campaign.objects.get()
    assert made["Location"] == campaign.get_absolute_url()
    whom = {"segments": [segment.pk], "control_share": "0", "purpose": "marketing", "version": campaign.version}
    assert browser.post(f"/campaigns/{campaign.pk}/audience/", whom).status_code == 302
    rows = {"blocks-TOTAL_FORMS": "2", "blocks-INITIAL_FORMS": "0", "blocks-0-kind": "text", "blocks-0-text": "Hello"}
    rows |= {"blocks-1-kind": "button", "blocks-1-text": "Go", "blocks-1-url": "ftp://x"}
    said = {"name": "A", "share": "1", "subject": "Oak", **rows}
    refused = browser.post(f"/campaigns/{campaign.pk}/variants/new/", said)
    assert refused.status_code == 422
    assert "Block 2, button: A link is a whole web address" in refused.content.decode()
    said["blocks-1-url"] = "https://example.com/"
    assert browser.post(f"/campaigns/{campaign.pk}/variants/new/", said).status_code == 302
    assert "Start" in browser.get(f"/campaigns/{campaign.pk}/check/").content.decode()
    assert browser.post(f"/campaigns/{campaign.pk}/launch/").status_code == 302
    campaign.refresh_from_db()
    assert (campaign.state, campaign.recipients.count()) == (CampaignState.SENDING, 3)
