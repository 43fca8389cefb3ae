"""Call lists: a segment becomes a list, two people never call the same, nobody reached is tried again later."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from contacts.permission.actions import record_consent
from crm.choices import FieldRight
from crm.models import FieldRule, SavedView
from leads.actions import move_lead
from leads.calling.actions import create_call_list, keep_outcome, skip_entry, take_next
from leads.models import CallEntry, CallList
from tests.factories import make_contact, make_lead, signed_in

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


def test_who_is_lost_or_said_no_to_calls_since_is_passed_over_and_nobody_calls_what_they_cannot_see(house, leads):
    low, high, by_hand = leads[:3]
    made = create_call_list(actor=house.manager, name="All", view=None)
    assert made.entries.filter(lead__name="Of others").exists()
    high.contact = make_contact(name="High", phones=(NUMBER,))
    high.save()
    record_consent(actor=house.manager, contact=high.contact, channel="phone", purpose="marketing", level=0)
    move_lead(actor=house.rep, lead=by_hand, status="disqualified", lost_reason="no need")
    CallList.objects.update(team=house.rep.team)
    assert take_next(actor=house.rep, call_list=made).lead == low
    assert create_call_list(actor=house.rep, name="Again", view=None).entries.get().lead == low
    hidden = made.entries.get(lead__name="Of others")
    sent = {"entry": hidden.pk, "outcome": "answered"}
    assert signed_in(house.rep).post(f"{made.get_absolute_url()}outcome/", sent).status_code == 404


def test_a_hidden_number_is_not_on_the_page_and_a_closed_list_can_be_taken_up_again(house, leads):
    made = create_call_list(actor=house.rep, name="Fair", view=None)
    client, url = signed_in(house.rep), made.get_absolute_url()
    client.post(url)
    assert "0188" in client.get(url).content.decode()
    FieldRule.objects.create(role="rep", model="leads.lead", field="phone", right=FieldRight.HIDDEN)
    assert "0188" not in client.get(url).content.decode()
    client.post(f"{url}close/")
    assert "closed" in client.get(reverse("leads:call_list_list")).content.decode()
    client.post(f"{url}reopen/")
    made.refresh_from_db()
    assert made.closed_at is None


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
