"""What is changed while a campaign is planned, approved, or under way: by its page, the API, a file, its parts."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from campaigns import actions as plans
from campaigns.choices import Benefit, CampaignState
from campaigns.models import CampaignOffer, Offer, Play, Recipient, SendingRules
from campaigns.offers.actions import change_offer
from campaigns.plays import actions as plays
from campaigns.plays.actions import StepInput
from campaigns.segments.actions import change_segment, delete_segment
from campaigns.sending import actions
from campaigns.sending.engine import run_campaign
from contacts.models import Contact
from crm.choices import Role
from tests.api.calls import Caller
from tests.campaigns.playing import MAIL, play_of
from tests.campaigns.sample import agreed, mails, ready, segment_of, started, states
from tests.factories import make_company, make_token, make_user, signed_in
from tests.importing.tables import brought_in, written

ANYBODY = {"version": 1, "where": {"field": "name", "op": "contains", "value": "p"}}


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MARKETER)


@pytest.fixture
def approved(house):
    """One that a second person has approved, with an offer."""
    SendingRules.objects.create(pk=1, approval_above=3)
    agreed(4)
    campaign = ready(house)
    CampaignOffer.objects.create(campaign=campaign, offer=Offer.objects.create(name="Oak", margin_amount=5))
    actions.ask_approval(actor=house, campaign=campaign)
    actions.approve_campaign(actor=make_user(), campaign=campaign)
    campaign.refresh_from_db()
    return campaign


def places():
    return sorted(Recipient.objects.values_list("pk", "campaign", "contact", "variant", "state"))


def plan(campaign, **given):
    fields = {"name": campaign.name, "channel": campaign.channel, "currency": "EUR", "window_days": 14}
    return {**fields, "version": campaign.version, **given}


def test_by_another_channel_it_is_approved_anew_and_once_it_runs_it_stays_as_it_is(house, approved):
    plans.change_campaign(actor=house, campaign=approved, version=approved.version, fields={"goal": "More frames"})
    approved.refresh_from_db()
    assert approved.approved_at is not None  # what nobody gets to see is no reason to ask again
    plans.change_campaign(actor=house, campaign=approved, version=approved.version, fields={"channel": "post"})
    approved.refresh_from_db()
    assert (approved.approved_at, approved.asked_by) == (None, None)


def test_the_channel_of_one_that_runs_is_refused_by_page_and_api_and_what_was_typed_stays(house):
    campaign = started(house)
    browser, call = signed_in(house), Caller(make_token(house))
    refused = browser.post(f"/campaigns/{campaign.pk}/edit/", plan(campaign, channel="sms", goal="Say it shorter"))
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "by what channel it goes stands fast" in page
    assert "Say it shorter" in page
    answer = call.patch(f"/campaigns/{campaign.pk}", {"channel": "sms", "version": campaign.version})
    assert answer.status_code == 422
    assert "stands fast" in answer.content.decode()
    changed = browser.post(f"/campaigns/{campaign.pk}/edit/", plan(campaign, goal="Counted later"))
    assert changed.status_code == 302
    campaign.refresh_from_db()
    assert (campaign.channel, campaign.goal, campaign.state) == ("email", "Counted later", CampaignState.SENDING)
    run_campaign(campaign.pk)
    assert mails(campaign).count() == 4


def test_audience_and_mail_of_one_that_runs_are_refused_at_every_door(house):
    campaign = started(house, variants=2)
    variant, version = campaign.variants.first(), campaign.version
    browser, call = signed_in(house), Caller(make_token(house))
    whom = {"segments": [], "control_share": "0.5", "purpose": "marketing", "version": version}
    said = {"name": "A", "share": "1", "subject": "Other words", "blocks-TOTAL_FORMS": "1", "blocks-INITIAL_FORMS": "0"}
    said |= {"blocks-0-kind": "text", "blocks-0-text": "Words that somebody took an hour for"}
    for path, data in (
        (f"/campaigns/{campaign.pk}/audience/", whom),
        (f"/campaigns/variants/{variant.pk}/", said),
        (f"/campaigns/{campaign.pk}/variants/new/", said),
    ):
        refused = browser.post(path, data)
        assert refused.status_code == 422, path
        assert "stand fast" in refused.content.decode()
        assert ("took an hour" in refused.content.decode()) == (data is said)
    browser.post(f"/campaigns/variants/{variant.pk}/remove/")
    for path, body in (
        (f"/campaigns/{campaign.pk}/audience", {"control_share": "0.5", "version": version}),
        (f"/campaigns/variants/{variant.pk}", {"subject": "Other words"}),
    ):
        answer = call.patch(path, body)
        assert (answer.status_code, "stand fast" in answer.content.decode()) == (422, True), path
    campaign.refresh_from_db()
    assert (campaign.version, campaign.variants.filter(is_control=False).count()) == (version, 2)
    assert not campaign.variants.filter(subject="Other words").exists()


def test_another_segment_or_offer_makes_an_approval_void(house, approved):
    segment, offer = approved.audience.get().segment, Offer.objects.get()
    change_offer(actor=house, offer=offer, version=1, fields={"benefit": Benefit.PERCENT, "benefit_value": Decimal(90)})
    approved.refresh_from_db()
    assert approved.approved_at is None
    with pytest.raises(ValidationError, match="Above 3 people"):
        actions.launch_campaign(actor=house, campaign=approved)
    approved.offers.all().delete()
    actions.ask_approval(actor=house, campaign=approved)
    actions.approve_campaign(actor=make_user(), campaign=approved)
    change_segment(actor=house, segment=segment, version=segment.version, fields={}, tree=ANYBODY)
    with pytest.raises(ValidationError, match="Above 3 people"):
        actions.launch_campaign(actor=house, campaign=approved)


def test_a_file_of_results_changes_nobody_of_a_campaign_that_has_not_gone_out(house, tmp_path):
    campaign = started(house, people=3, variants=2, control_share="0.4")
    planned = ready(house, name="Autumn")
    for n, contact in enumerate(Contact.objects.order_by("pk")):
        Contact.objects.filter(pk=contact.pk).update(external_id=f"c{n}")
    before = places()
    text = "campaign,contact,variant\n" + "".join(f"{campaign.name},c{n},Other\nautumn,c{n},A\n" for n in range(3))
    found = brought_in("campaign_results", written(tmp_path, text), actor=house, mapped=["contact=contact_external_id"])
    assert (found.rejected, found.counts.created, found.counts.updated) == (6, 0, 0)
    assert "has not gone out yet" in found.examples[0]
    assert places() == before
    assert not planned.recipients.exists()
    assert not campaign.variants.filter(name="Other").exists()


def test_a_segment_that_a_play_asks_for_stays_with_a_sentence(house):
    audience, check = segment_of("p", "Audience"), segment_of("p", "Check")
    play = play_of(house, MAIL, StepInput(kind="check", wait_days=1, title="", only_for="in", segment=check))
    Play.objects.filter(pk=play.pk).update(audience=audience)
    browser = signed_in(house)
    for segment in (audience, check):
        with pytest.raises(ValidationError, match="The play “Welcome” asks for it"):
            delete_segment(actor=house, segment=segment)
        page = browser.post(f"/segments/{segment.pk}/remove/", follow=True).content.decode()
        assert "asks for it: it stays" in page
    plays.end_play(actor=house, play=play)


def test_a_segment_on_a_field_that_is_gone_stops_no_campaign_that_runs_and_starts_none(house):
    campaign = started(house)
    segment = campaign.audience.get().segment
    type(segment).objects.filter(pk=segment.pk).update(filter={"version": 1, "where": {"field": "gone", "op": "empty"}})
    waiting = ready(house, name="Planned")
    browser = signed_in(house)
    page = browser.get(f"/campaigns/{waiting.pk}/check/")
    assert (page.status_code, "no field named “gone”" in page.content.decode()) == (200, True)
    for act in (actions.launch_campaign, actions.ask_approval):
        with pytest.raises(ValidationError, match="no field named “gone”"):
            act(actor=house, campaign=waiting)
    for path in (campaign.get_absolute_url(), waiting.get_absolute_url(), "/campaigns/"):
        assert browser.get(path).status_code == 200
    run_campaign(campaign.pk)
    assert states(campaign) == {"handed": 4}  # whom it is for was written down when it started
