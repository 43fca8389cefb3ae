"""Call lists: a segment becomes a list, two people never call the same, nobody reached is tried again later."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from crm.models import SavedView
from leads.calling.actions import create_call_list, keep_outcome, skip_entry, take_next
from leads.models import CallEntry
from tests.factories import make_lead, signed_in

pytestmark = pytest.mark.django_db
NUMBER = "+44 113 496 0188"


@pytest.fixture
def leads(house):
    mine = {"owner": house.rep, "team": house.rep.team, "phone": NUMBER}
    return [
        make_lead(name="Low", score=10, **mine),
        make_lead(name="High", score=90, **mine),
        make_lead(name="By hand", score=1, hand_score=95, **mine),
        make_lead(name="Silent", owner=house.rep, team=house.rep.team),
        make_lead(name="Lost", status="disqualified", **mine),
        make_lead(name="Of others", owner=house.stranger, team=house.stranger.team, phone=NUMBER),
    ]


def test_a_list_holds_open_leads_with_a_number_within_reach_the_best_first(house, leads):
    made = create_call_list(actor=house.rep, name="Fair", view=None)
    assert list(made.entries.values_list("lead__name", flat=True)) == ["By hand", "High", "Low"]


def test_a_segment_narrows_it_and_an_empty_one_is_refused(house, leads):
    tree = {"version": 1, "where": {"field": "score", "op": "at_least", "value": 50}}
    view = SavedView.objects.create(list_name="leads.lead", name="Good", owner=house.rep, filter=tree)
    made = create_call_list(actor=house.rep, name="Good", view=view)
    assert list(made.entries.values_list("lead__name", flat=True)) == ["High"]
    view.filter["where"]["value"] = 99
    with pytest.raises(ValidationError, match="no open lead"):
        create_call_list(actor=house.rep, name="None", view=view)


def test_two_people_never_have_the_same_lead_on_the_line(house, leads):
    made = create_call_list(actor=house.rep, name="Fair", view=None)
    mine, theirs = take_next(actor=house.rep, call_list=made), take_next(actor=house.mate, call_list=made)
    assert (mine.lead.name, theirs.lead.name) == ("By hand", "High")
    assert take_next(actor=house.rep, call_list=made) == mine
    with pytest.raises(ValidationError, match="on the line"):
        keep_outcome(actor=house.mate, entry=mine, outcome="answered")
    CallEntry.objects.filter(pk=mine.pk).update(taken_at=timezone.now() - dt.timedelta(minutes=16))
    keep_outcome(actor=house.mate, entry=theirs, outcome="answered")
    assert take_next(actor=house.mate, call_list=made) == mine


def test_nobody_reached_is_tried_three_times_and_a_call_is_a_touch(house, leads):
    made = create_call_list(actor=house.rep, name="Fair", view=None)
    entry = made.entries.get(lead__name="High")
    for number in range(3):
        keep_outcome(actor=house.rep, entry=entry, outcome="no answer")
        entry.refresh_from_db()
        assert (entry.tries, entry.state) == (number + 1, "waiting" if number < 2 else "done")
        assert take_next(actor=house.rep, call_list=made).lead.name == "By hand"
    lead = entry.lead
    lead.refresh_from_db()
    assert (lead.touches.count(), lead.status) == (3, "working")
    skip_entry(actor=house.rep, entry=made.entries.get(lead__name="By hand"))
    assert take_next(actor=house.rep, call_list=made).lead.name == "Low"


def test_the_page_leads_from_one_to_the_next_and_counts_the_response(house, leads):
    client = signed_in(house.rep)
    made = client.post(reverse("leads:call_list_create"), {"name": "Fair"})
    url = made.headers["Location"]
    client.post(url)
    page = client.get(url).content.decode()
    assert "By hand" in page
    key = page.split('name="entry" value="')[1].split('"')[0]
    token = page.split('name="form_token" value="')[1].split('"')[0]
    sent = {"entry": key, "outcome": "answered", "text": "Wants oak", "form_token": token}
    for _ in range(2):
        client.post(f"{url}outcome/", sent)
    after = client.get(url).content.decode()
    assert ">High<" in after
    entry = CallEntry.objects.get(pk=key)
    assert (entry.tries, entry.lead.touches.get().subject) == (1, "Wants oak")
    assert "1 (100" in after
    assert "1 of 3" in client.get(reverse("leads:call_list_list")).content.decode()
