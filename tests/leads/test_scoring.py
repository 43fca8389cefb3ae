"""Scores by rules: who they are and what they do, halved by its half-life, held between 0 and 100."""

import datetime as dt

import pytest
from django.utils import timezone

from leads.actions import create_lead, log_touch
from leads.models import Lead, LeadTouch, ScoreRule
from leads.scoring.engine import score_leads
from tests.factories import make_lead

pytestmark = pytest.mark.django_db
FAIR = {"version": 1, "where": {"field": "source", "op": "is", "value": "Fair"}}


def score_of(lead):
    lead.refresh_from_db()
    return lead.score


def test_points_of_who_they_are_and_of_what_they_did_lately(house):
    ScoreRule.objects.create(name="Fair", kind="fit", points=30, tree=FAIR, segment="Fair")
    ScoreRule.objects.create(name="Wrote", kind="engagement", points=40, direction="in", half_life_days=10)
    fair, other = make_lead(source="Fair"), make_lead(source="Web")
    for days in (0, 10, 20):
        moment = timezone.now() - dt.timedelta(days=days)
        LeadTouch.objects.create(lead=fair, channel="email", direction="in", occurred_at=moment)
    LeadTouch.objects.create(lead=fair, channel="email", direction="out")
    score_leads()
    assert (score_of(fair), score_of(other)) == (30 + 40 + 20 + 10, 0)
    LeadTouch.objects.update(occurred_at=timezone.now() - dt.timedelta(days=20))
    score_leads()
    assert score_of(fair) == 30 + 3 * 10


def test_a_score_stays_within_its_bounds(house):
    low, high = make_lead(source="Fair"), make_lead(source="Web")
    ScoreRule.objects.create(name="Fair", kind="fit", points=-100, tree=FAIR)
    for number in range(3):
        ScoreRule.objects.create(name=f"All {number}", kind="fit", points=45)
    ScoreRule.objects.create(name="Less", kind="fit", points=-100, tree=FAIR)
    score_leads([low.pk, high.pk])
    assert (score_of(low), score_of(high)) == (0, 100)


def test_a_new_lead_and_a_touch_are_scored_at_once_and_without_rules_nobody(house):
    assert create_lead(actor=None, fields={"name": "Ada"}).score is None
    ScoreRule.objects.create(name="Called", kind="engagement", points=12, channel="phone", direction="out")
    lead = create_lead(actor=None, fields={"name": "Bo"})
    assert lead.score == 0
    log_touch(actor=None, lead=lead, channel="phone", subject="Called")
    assert score_of(lead) == 12
    ScoreRule.objects.update(is_active=False)
    score_leads()
    assert score_of(lead) is None


def test_a_rule_whose_field_is_gone_gives_nothing_and_stops_no_other(house):
    gone = {"version": 1, "where": {"field": "custom_gone", "op": "is", "value": "x"}}
    ScoreRule.objects.create(name="Gone", kind="fit", points=50, tree=gone)
    ScoreRule.objects.create(name="Fair", kind="fit", points=30, tree=FAIR)
    lead = make_lead(source="Fair")
    score_leads([lead.pk])
    assert score_of(lead) == 30


def test_no_leads_are_scored_at_once(house):
    """A company that begins has none: nothing is asked, and those there are keep their score."""
    ScoreRule.objects.create(name="Fair", kind="fit", points=30, tree=FAIR)
    lead = make_lead(source="Fair")
    Lead.objects.update(score=7)
    assert score_leads([]) == 0
    assert score_of(lead) == 7
