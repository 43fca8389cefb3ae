"""Campaigns for more people than a page can wait for: estimates before the start, and a start as a job."""

from __future__ import annotations

import re
from threading import Event, Thread
from time import sleep

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from campaigns.choices import CampaignState, RecipientState
from campaigns.models import Campaign, SendingRules
from campaigns.segments import queries
from campaigns.sending import actions, audience
from campaigns.sending.preflight import look_over
from campaigns.sending.starting import begin_campaign, start_of
from contacts.choices import ConsentLevel
from contacts.models import Consent, Contact, ContactPoint
from crm.choices import JobState, Role
from crm.filtering.lots import drawn_by_lot
from crm.jobs import run_job
from crm.models import JobRun
from tests import factories as make
from tests.api.calls import Caller
from tests.campaigns.sample import agreed, ready, segment_of

pytestmark = pytest.mark.django_db
PEOPLE = 300


@pytest.fixture
def many(monkeypatch) -> None:
    """Three hundred are many here: one of three is asked."""
    for name, value in (("MOST_ASKED", 50), ("LOTS", 100), ("FIRST_STEP", 2)):
        monkeypatch.setattr(audience, name, value)
    make.make_company()
    agreed(PEOPLE)


@pytest.fixture
def marketer():
    return make.make_user(Role.MANAGER)


def page_of(client, campaign) -> str:
    return " ".join(client.get(f"/campaigns/{campaign.pk}/check/").content.decode().split())


@pytest.mark.usefixtures("many")
def test_the_check_asks_some_by_lot_and_says_so(marketer):
    Contact.objects.bulk_create(Contact(name=f"q{n}", sort_name=f"q{n}", source="p") for n in range(PEOPLE))
    campaign = ready(marketer)
    found = look_over(campaign, marketer)
    assert found.is_estimate
    # four standard errors of a share of a half among a hundred, and of how many are drawn
    assert 360 <= found.audience.chosen <= 840
    assert 0.3 <= found.audience.reached / found.audience.chosen <= 0.7
    page = page_of(make.signed_in(marketer), campaign)
    assert re.search(r"about \d+0</span>", page)
    assert "asked by lot, one of" in page
    answer = Caller(make.make_token(marketer)).post(f"/campaigns/{campaign.pk}/check")
    assert answer.json()["is_estimate"]


def test_few_are_counted_one_by_one(marketer):
    make.make_company()
    agreed(7)
    found = look_over(ready(marketer), marketer)
    assert (found.is_estimate, found.audience.chosen, found.audience.reached) == (False, 7, 7)


@pytest.mark.usefixtures("many")
def test_the_start_is_a_job_that_writes_everybody_down_once(marketer):
    campaign, client = ready(marketer), make.signed_in(marketer)
    answer = client.post(f"/campaigns/{campaign.pk}/launch/")
    job = JobRun.objects.get(kind="start campaign")
    assert answer.headers["location"] == job.get_absolute_url()
    assert begin_campaign(actor=marketer, campaign=campaign) == job == start_of(campaign)
    page = page_of(client, campaign)
    assert "It is being started" in page
    assert "/launch/" not in page
    assert not campaign.recipients.exists()
    run_job(job.pk)
    run_job(job.pk)
    job.refresh_from_db()
    campaign = Campaign.objects.get()
    assert (job.state, job.result, campaign.state) == (JobState.DONE, {"people": PEOPLE}, CampaignState.SENDING)
    assert campaign.recipients.filter(state=RecipientState.WAITING).count() == PEOPLE
    with pytest.raises(ValidationError, match="has started"):
        begin_campaign(actor=marketer, campaign=campaign)
    assert start_of(campaign) is None


@pytest.mark.usefixtures("many")
def test_what_was_changed_after_the_start_was_asked_for_is_not_sent(marketer):
    campaign = ready(marketer)
    job = begin_campaign(actor=marketer, campaign=campaign)
    actions.set_audience(
        actor=marketer, campaign=campaign, version=campaign.version, fields={"control_share": "0.5"},
        segments=[part.segment for part in campaign.audience.all()], without=[],
    )  # fmt: skip
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "It was changed after it was started" in job.error
    assert Campaign.objects.get().state == CampaignState.PLANNED


@pytest.mark.usefixtures("many")
def test_who_needs_an_approval_is_counted_to_the_last_one(marketer):
    """The estimate says a few less or more than 300: the last word has who was written down."""
    SendingRules.objects.update_or_create(pk=1, defaults={"approval_above": PEOPLE - 1})
    campaign = ready(marketer)
    with pytest.raises(ValidationError, match="second person"):
        actions.launch_campaign(actor=marketer, campaign=campaign)
    assert not campaign.recipients.exists()
    assert Campaign.objects.get().state == CampaignState.PLANNED


@pytest.mark.usefixtures("many")
def test_who_has_left_starts_nothing_more(marketer):
    campaign = ready(marketer)
    job = begin_campaign(actor=marketer, campaign=campaign)
    marketer.is_active = False
    marketer.save()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, Campaign.objects.get().state) == (JobState.FAILED, CampaignState.PLANNED)


@pytest.mark.usefixtures("many")
def test_few_among_many_are_reached_though_none_of_them_is_drawn(marketer):
    """Of those asked by lot nobody may be written to: the start asks each, and is refused where it is nobody indeed."""
    Contact.objects.bulk_create(Contact(name=f"q{n}", sort_name=f"q{n}", source="q") for n in range(PEOPLE))
    campaign = ready(marketer, "q")
    found = look_over(campaign, marketer)
    assert (found.is_estimate, found.audience.reached, found.faults) == (True, 0, [])
    assert "few, or nobody" in page_of(make.signed_in(marketer), campaign)
    with pytest.raises(ValidationError, match="Nobody in it may be written to"):
        actions.launch_campaign(actor=marketer, campaign=campaign)
    assert Campaign.objects.get().state == CampaignState.PLANNED
    drawn = audience.people_of(campaign, marketer, found.step).values("pk")
    other = Contact.objects.filter(source="q").exclude(pk__in=drawn)[0]
    ContactPoint.objects.create(contact=other, kind="email", value="q@drill.example", normalised="q@drill.example")
    Consent.objects.create(contact=other, channel="email", purpose="marketing", level=ConsentLevel.OPT_IN)
    assert look_over(campaign, marketer).audience.reached == 0
    assert actions.launch_campaign(actor=marketer, campaign=campaign) == PEOPLE
    waiting = campaign.recipients.filter(state=RecipientState.WAITING)
    assert list(waiting.values_list("contact", flat=True)) == [other.pk]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", [4, 256], ids=["many are drawn", "few are drawn"])
def test_the_size_of_a_segment_keeps_no_page_waiting(marketer, monkeypatch, step):
    """Another holds the table for longer than a page counts to the last one: then those drawn by lot are counted, and
    all where these are few."""
    make.make_company()
    agreed(PEOPLE)
    segment, held = segment_of("p"), Event()
    assert str(queries.standing_of(segment, marketer).count) == str(PEOPLE)
    monkeypatch.setattr(queries, "STEP", step)

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("LOCK TABLE contacts_contact IN ACCESS EXCLUSIVE MODE")
                held.set()
                sleep(2 * queries.PATIENCE_MILLISECONDS / 1000)
        finally:
            connection.close()

    thread = Thread(target=hold)
    thread.start()
    assert held.wait(30)
    found = queries.standing_of(segment, marketer)
    thread.join(30)
    if step == 256:
        assert (found.is_estimate, found.count) == (False, PEOPLE)
        return
    assert found.is_estimate
    assert found.count is not None
    assert 180 <= found.count <= 420, "four standard errors of 75 drawn of 300"
    assert found.count == drawn_by_lot(Contact.objects.all(), 4).count() * 4, "the same each time"
