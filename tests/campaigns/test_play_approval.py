"""A play for more people than one person alone may write to is approved by a second one, as a campaign is."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from campaigns.choices import PlayState
from campaigns.models import Play, Segment, SendingRules
from campaigns.plays import actions, engine
from campaigns.segments.actions import change_segment
from campaigns.sending.actions import set_variant
from crm.choices import Role
from crm.models import LogEntry
from tests.campaigns.playing import LATER, MAIL, TAG, buy
from tests.campaigns.sample import BLOCKS, agreed, segment_of
from tests.factories import make_company, make_contact, make_user, signed_in


@pytest.fixture
def house(db):
    make_company()
    SendingRules.objects.create(pk=1, approval_above=3)
    return make_user(Role.MARKETER)


def written(actor, *steps, **fields):
    return actions.create_play(actor=actor, fields={"name": "Welcome", "control_share": 0, **fields}, steps=steps)


def test_a_large_play_starts_once_a_second_person_has_approved_it(house):
    agreed(4)
    play, second = written(house, MAIL), make_user(Role.MANAGER)
    with pytest.raises(ValidationError, match="Above 3 people a second person"):
        actions.start_play(actor=house, play=play)
    with pytest.raises(ValidationError, match="Nobody has asked"):
        actions.approve_play(actor=second, play=play)
    actions.ask_play_approval(actor=house, play=play)
    with pytest.raises(ValidationError, match="not the one who asked"):
        actions.approve_play(actor=house, play=play)
    actions.approve_play(actor=second, play=play)
    actions.start_play(actor=house, play=play)
    play.refresh_from_db()
    assert (play.state, play.approved_by) == (PlayState.RUNNING, second)
    assert {"ask", "approve", "start"} <= set(LogEntry.objects.values_list("verb", flat=True))


def test_only_those_count_who_may_come_in(house):
    agreed(3)
    for number in range(5):
        make_contact(name=f"Never asked {number}", source="q")
    actions.start_play(actor=house, play=written(house, MAIL))
    few = written(house, TAG, name="Few", audience=segment_of("p"))
    actions.start_play(actor=house, play=few)
    with pytest.raises(ValidationError, match="Above 3 people"):
        actions.start_play(actor=house, play=written(house, TAG, name="All"))


def test_a_change_makes_an_approval_void_and_a_running_one_is_paused_for_it(house):
    agreed(4)
    play, second = written(house, MAIL), make_user(Role.MANAGER)
    actions.ask_play_approval(actor=house, play=play)
    actions.approve_play(actor=second, play=play)
    play.refresh_from_db()
    play = actions.change_play(actor=house, play=play, version=play.version, fields={"description": "Hi"}, steps=None)
    assert play.approved_at is not None, "words of the house"
    actions.start_play(actor=house, play=play)
    play.refresh_from_db()
    with pytest.raises(ValidationError, match="pause it, change it, and ask"):
        actions.change_play(actor=house, play=play, version=play.version, fields={}, steps=[MAIL, LATER])
    assert Play.objects.get(pk=play.pk).steps.count() == 1
    carrier = play.steps.get().carrier
    said = {"name": "A", "subject": "Something else", "blocks": BLOCKS}
    with pytest.raises(ValidationError, match="pause it, change it, and ask"):
        set_variant(actor=house, campaign=carrier, variant=carrier.variants.get(), fields=said)
    actions.pause_play(actor=house, play=play)
    play.refresh_from_db()
    actions.change_play(actor=house, play=play, version=play.version, fields={}, steps=[MAIL, LATER])
    with pytest.raises(ValidationError, match="Above 3 people"):
        actions.resume_play(actor=house, play=play)
    actions.ask_play_approval(actor=second, play=play)
    actions.approve_play(actor=house, play=play)
    actions.resume_play(actor=house, play=play)
    assert Play.objects.get(pk=play.pk).state == PlayState.RUNNING


def test_a_change_of_its_segment_makes_an_approval_void_and_the_next_run_pauses_it(house):
    people, second = agreed(4), make_user(Role.MANAGER)
    inner, other = segment_of("p"), segment_of("q")
    inside = {"field": "in_segment", "op": "any", "value": [str(inner.pk)]}
    outer = Segment.objects.create(name="Outer", filter={"version": 1, "where": inside})
    play, beside = written(house, TAG, audience=outer), written(house, TAG, name="Beside", audience=other)
    for one in (play, beside):
        actions.ask_play_approval(actor=house, play=one)
        actions.approve_play(actor=second, play=one)
    actions.start_play(actor=house, play=play)
    change_segment(actor=house, segment=inner, version=inner.version, fields={"name": "Named anew"}, tree=None)
    assert Play.objects.get(pk=play.pk).approved_by == second, "the people are the same"
    wider = {"version": 1, "where": {"field": "kind", "op": "any", "value": ["person"]}}
    inner.refresh_from_db()
    change_segment(actor=house, segment=inner, version=inner.version, fields={}, tree=wider)
    assert Play.objects.get(pk=beside.pk).approved_by == second
    assert Play.objects.get(pk=play.pk).approved_by is None
    buy(people[0])
    assert engine.look_for_events() == 0
    assert Play.objects.get(pk=play.pk).state == PlayState.PAUSED
    assert "a second person approves it first" in LogEntry.objects.get(verb="hold").summary
    with pytest.raises(ValidationError, match="Above 3 people"):
        actions.resume_play(actor=house, play=play)


def test_a_play_that_has_grown_large_is_paused_and_goes_on_once_it_is_approved(house):
    agreed(3)
    play, second = written(house, TAG), make_user(Role.MANAGER)
    actions.start_play(actor=house, play=play)
    engine.look_for_events()
    assert Play.objects.get(pk=play.pk).state == PlayState.RUNNING
    agreed(1, "q")
    engine.look_for_events()
    assert Play.objects.get(pk=play.pk).state == PlayState.PAUSED
    actions.ask_play_approval(actor=house, play=play)
    actions.approve_play(actor=second, play=play)
    actions.resume_play(actor=house, play=play)
    engine.look_for_events()
    assert Play.objects.get(pk=play.pk).state == PlayState.RUNNING


def test_the_page_leads_from_asking_to_the_start(house):
    agreed(4)
    play, second = written(house, MAIL), make_user(Role.MANAGER)
    mine, theirs = signed_in(house), signed_in(second)
    page = mine.get(play.get_absolute_url()).content.decode()
    assert "Ask for approval" in page
    assert f"/plays/{play.pk}/start/" not in page
    mine.post(f"/plays/{play.pk}/ask/")
    assert f"/plays/{play.pk}/approve/" not in mine.get(play.get_absolute_url()).content.decode()
    assert f"/plays/{play.pk}/approve/" in theirs.get(play.get_absolute_url()).content.decode()
    theirs.post(f"/plays/{play.pk}/approve/")
    page = mine.get(play.get_absolute_url()).content.decode()
    assert f"/plays/{play.pk}/start/" in page
    mine.post(f"/plays/{play.pk}/start/")
    assert Play.objects.get().state == PlayState.RUNNING
