"""Whom a campaign moves: learned from one with a control group, said only where it can be told."""

import numpy as np
import pytest

from analytics.models import ModelRun
from analytics.runs import StepsFailed
from analytics.steps import AnalysisError
from campaigns.choices import CampaignState, Moved
from campaigns.models import Campaign, Segment, UpliftScore
from campaigns.segments.actions import refresh_segment
from contacts.models import Contact
from crm.choices import FieldRight, Role
from crm.jobs import run_job
from crm.models import FieldRule, JobRun, LogEntry
from tests.campaigns.uplifted import DAY, people_of, run, trial
from tests.factories import make_company, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company(db):
    return make_company()


def test_those_whom_a_campaign_moves_get_an_uplift_and_can_be_a_segment():
    people, is_hotel = people_of()
    _campaign, is_control, said = trial(people, is_hotel)
    found = run()
    assert (found["campaign"], found["is_told"], found["n_scored"]) == ("Spring", True, len(people))
    whole = found["trial"]
    assert (whole["treated"], whole["control"]) == ((~is_control).sum(), is_control.sum())
    assert whole["lift"] == pytest.approx(said[~is_control].mean() - said[is_control].mean(), abs=1e-6)
    assert found["alike_low"] < 0.5 < found["alike_high"]
    assert sum(row["n"] for row in found["groups"]) == sum(row["n"] for row in found["fifths"]) == len(people)
    persuadable = next(row for row in found["groups"] if row["moved"] == Moved.PERSUADABLE)
    assert 0.2 < persuadable["low"] < 0.3 < persuadable["high"] < 0.4
    moved = Contact.objects.filter(uplift__moved=Moved.PERSUADABLE)
    assert {one.industry for one in moved} == {"Hotel"}
    assert moved.count() == int(is_hotel.sum())
    where = {"field": "uplift_group", "op": "any", "value": [Moved.PERSUADABLE.value]}
    segment = Segment.objects.create(name="Moved", filter={"version": 1, "where": where})
    refresh_segment(segment=segment)
    assert segment.members.count() == moved.count()
    assert UpliftScore.objects.filter(contact__industry="Hotel").first().reasons[0][:2] == ["industry", "Hotel"]


def test_the_page_says_it_in_figures_words_and_files():
    people, is_hotel = people_of(1000)
    trial(people, is_hotel)
    browser = signed_in(make_user(Role.MARKETER))
    assert "Nobody has an uplift yet" in browser.get("/campaigns/uplift/").content.decode()
    form = browser.get("/campaigns/uplift/?run=1").context["form"]
    ((key, words),) = form.fields["source"].choices
    assert (key, words) == (str(Campaign.objects.get().pk), "Spring")
    asked = {"source": key, "outcome": "responded", "as_of": DAY.isoformat()}
    assert browser.post("/campaigns/uplift/run/", {**asked, "source": "0"}).status_code == 422
    assert browser.post("/campaigns/uplift/run/", asked).status_code == 302
    run_job(JobRun.objects.get().pk)
    page = browser.get("/campaigns/uplift/").content.decode()
    for words in ("Persuadable", "Sleeping dog", "It moves them.", "Industry: Hotel", "placebos", "chosen"):
        assert words in page
    listed = browser.get(
        "/contacts/", {"uplift_group": "persuadable", "sort": "-uplift", "columns": "name,uplift,uplift_group"}
    )
    assert {row.pk for row in listed.context["table"].rows} <= {
        one.pk for one in Contact.objects.filter(industry="Hotel")
    }
    taken = browser.get("/campaigns/uplift/export/", {"part": "groups"})
    lines = b"".join(taken.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("moved,n,treated,control")
    assert len(lines) == 5
    assert LogEntry.objects.filter(verb="export").exists()
    assert browser.get("/campaigns/uplift/export/", {"part": "secrets"}).status_code == 404


def test_figures_of_all_and_reasons_that_tell_what_is_hidden_are_not_for_everybody():
    people, is_hotel = people_of(1000)
    trial(people, is_hotel)
    run()
    rep = make_user(Role.REP)
    Contact.objects.filter(uplift__moved=Moved.PERSUADABLE).update(owner=rep)
    browser = signed_in(rep)
    page = browser.get("/campaigns/uplift/").content.decode()
    assert "Industry: Hotel" in page
    for words in ("Persuadable", "Lift by fifth", "placebos", "kept out", "uplift-data"):
        assert words not in page, words
    assert browser.get("/campaigns/uplift/export/").status_code == 403
    for role in (Role.REP, Role.MARKETER):
        FieldRule.objects.create(role=role, model="contacts.contact", field="industry", right=FieldRight.HIDDEN)
    assert "Industry: Hotel" not in browser.get("/campaigns/uplift/").content.decode()
    marketer = signed_in(make_user(Role.MARKETER))
    assert "placebos" in marketer.get("/campaigns/uplift/").content.decode()
    FieldRule.objects.create(
        role=Role.MARKETER, model="campaigns.recipient", field="responded", right=FieldRight.HIDDEN
    )
    page = marketer.get("/campaigns/uplift/").content.decode()
    assert "Moved most" in page
    assert "placebos" not in page
    assert marketer.get("/campaigns/uplift/export/").status_code == 403


def test_without_any_effect_nothing_is_told_and_nobody_has_an_uplift():
    people, is_hotel = people_of()
    trial(people, is_hotel, effect=0.0)
    found = run()
    assert (found["is_told"], found["groups"], found["n_scored"]) == (False, [], 0)
    assert "There is no evidence" in found["sentences"][0]
    assert not UpliftScore.objects.exists()
    page = signed_in(make_user(Role.MANAGER)).get("/campaigns/uplift/").content.decode()
    assert "There is no evidence" in page
    assert "Four kinds of people" not in page


def test_a_campaign_without_evidence_takes_no_uplift_of_another_away():
    people, is_hotel = people_of()
    trial(people, is_hotel)
    run()
    before = UpliftScore.objects.count()
    trial(people, is_hotel, name="Silent", effect=0.0, seed=9)
    found = run(campaign="Silent")
    assert "The uplifts learned from “Spring” stay." in found["sentences"]
    assert UpliftScore.objects.count() == before
    assert run()["campaign"] == "Spring"  # the night goes on with what people have


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"control": 0.0}, "has no control group"),
        ({"control": 0.02}, "at least 200 people on each side"),
        ({"state": CampaignState.SENDING}, "is not over yet"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_in_a_sentence(options, words):
    people, is_hotel = people_of(900)
    trial(people, is_hotel, **options)
    found = run(campaign="spring")
    assert found["model"] is None
    assert words in found["sentences"][0]
    page = signed_in(make_user(Role.MARKETER)).get("/campaigns/uplift/").content.decode()
    assert words in page


def test_where_no_campaign_has_a_control_group_it_says_so():
    assert "Keep a part out of the next one" in run()["sentences"][0]
    assert ModelRun.objects.get().row_count == 0


def test_a_control_group_that_was_no_draw_is_told_and_refused():
    people, is_hotel = people_of(900)
    campaign, *_ = trial(people, is_hotel)
    hotels = [one.pk for at, one in enumerate(people) if is_hotel[at]][:300]
    reached, kept_out = campaign.variants.order_by("is_control")
    campaign.recipients.update(variant=kept_out)
    campaign.recipients.filter(contact__in=hotels).update(variant=reached)
    found = run(campaign="Spring")
    assert found["model"] is None
    assert found["alike_auc"] > 0.8
    assert "The control group is not alike" in found["sentences"][0]


def test_unknown_names_are_refused():
    people, is_hotel = people_of(30)
    trial(people, is_hotel)
    with pytest.raises(StepsFailed, match="no campaign “Autumn”"):
        run(campaign="Autumn")
    with pytest.raises(StepsFailed, match="has no variant “B”"):
        run(campaign="Spring", variant="B")
    with pytest.raises(AnalysisError, match="outcome must be responded or converted"):
        run(outcome="clicked")


def test_what_came_later_than_the_day_counts_for_neither_side():
    people, is_hotel = people_of(1000)
    campaign, *_ = trial(people, is_hotel)
    rows = campaign.recipients.filter(responded=True)
    late = list(rows.order_by("pk").values_list("pk", flat=True)[:40])
    rows.filter(pk__in=late).update(responded_at="2026-10-15T12:00:00Z")
    found = run()["trial"]
    hits = found["treated_rate"] * found["treated"] + found["control_rate"] * found["control"]
    assert round(hits) == rows.count() - 40
    assert np.isfinite(found["lift"])
