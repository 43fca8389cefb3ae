"""Two looks and two runs of plays at once, and a death before the commit: everybody once."""

from collections import Counter
from dataclasses import replace

import pytest
from django.db import transaction

from campaigns.choices import PlayEvent
from campaigns.models import Campaign, Play, PlayEntry, PlayTouch, Recipient
from campaigns.plays import engine, entering
from campaigns.plays.actions import StepInput, ask_play_approval, change_play, create_play
from campaigns.segments.actions import change_segment
from campaigns.sending.actions import set_variant
from campaigns.sending.engine import run_campaign
from crm.choices import Role
from crm.failpoints import _armed
from crm.models import OutgoingMail, Task
from tests.campaigns.playing import MAIL, buy, play_of
from tests.campaigns.sample import agreed, segment_of
from tests.concurrency.racing import at_once, beside, until_somebody_waits
from tests.factories import make_company, make_user

PEOPLE = 24
TASK = StepInput(kind="task", wait_days=0, title="Ring them")


@pytest.mark.django_db(transaction=True)
def test_looks_and_runs_at_once_share_everybody(monkeypatch):
    make_company()
    house = make_user(Role.MARKETER)
    people = agreed(PEOPLE)
    play = play_of(house, MAIL, TASK, event=PlayEvent.ORDER, owner=house)
    for contact in people:
        buy(contact)
    monkeypatch.setattr(entering, "CHUNK", 5)
    monkeypatch.setattr(engine, "CHUNK", 4)
    assert sum(at_once([engine.look_for_events] * 3)) == PEOPLE
    assert Counter(PlayEntry.objects.values_list("contact", flat=True)) == {contact.pk: 1 for contact in people}
    at_once([engine.move_on] * 3)
    engine.move_on()
    assert Counter(PlayTouch.objects.values_list("result", flat=True)) == {"mail": PEOPLE, "task": PEOPLE}
    assert Task.objects.count() == Recipient.objects.count() == PEOPLE
    key = Campaign.everything.get(play=play).pk
    at_once([lambda: run_campaign(key)] * 3)
    assert OutgoingMail.objects.count() == PEOPLE


@pytest.mark.django_db(transaction=True)
def test_a_death_before_the_commit_leaves_nothing_and_the_next_run_does_it_once(settings):
    make_company()
    house = make_user(Role.MARKETER)
    people = agreed(3)
    play_of(house, TASK, event=PlayEvent.ORDER, owner=house)
    for contact in people:
        buy(contact)
    engine.look_for_events()
    settings.CRM_FAILPOINTS = ["play.before_commit=raise"]
    _armed.cache_clear()
    with pytest.raises(RuntimeError):
        engine.move_on()
    assert (Task.objects.count(), PlayTouch.objects.count()) == (0, 0)
    settings.CRM_FAILPOINTS = []
    _armed.cache_clear()
    engine.move_on()
    assert (Task.objects.count(), PlayTouch.objects.count()) == (3, 3)


@pytest.mark.django_db(transaction=True)
def test_who_writes_the_mail_of_a_play_waits_for_who_changes_the_play_and_holds_up_nobody_meanwhile():
    make_company()
    house = make_user(Role.MARKETER)
    play = play_of(house, MAIL, event=PlayEvent.ORDER, owner=house)
    carrier = Campaign.everything.get(play=play)
    variant = carrier.variants.get()
    fields = {"name": "A", "subject": "Thank you again", "blocks": variant.blocks}
    with transaction.atomic():
        Play.objects.select_for_update().get(pk=play.pk)
        other = beside(lambda: set_variant(actor=house, campaign=carrier, variant=variant, fields=fields))
        until_somebody_waits()
        Campaign.everything.select_for_update(nowait=True).get(pk=carrier.pk)
    other.join(timeout=20)
    assert carrier.variants.get().subject == "Thank you again"


@pytest.mark.django_db(transaction=True)
def test_who_names_a_segment_in_a_play_and_who_changes_that_segment_do_not_stop_each_other():
    make_company()
    house, segment = make_user(Role.MARKETER), segment_of("p")
    play = create_play(actor=house, fields={"name": "Welcome", "control_share": 0, "audience": segment}, steps=[TASK])
    ask_play_approval(actor=house, play=play)
    wider = {"version": 1, "where": {"field": "kind", "op": "any", "value": ["person"]}}
    change = {"segment": segment, "version": segment.version, "fields": {}, "tree": wider}
    with transaction.atomic():  # the play first, and at the end the key of the segment
        change_play(actor=house, play=play, version=1, fields={}, steps=[TASK, replace(TASK, segment=segment)])
        other = beside(lambda: change_segment(actor=house, **change))
        until_somebody_waits()
    other.join(timeout=20)
    segment.refresh_from_db()
    assert (segment.filter, Play.objects.get().steps.filter(removed_at=None).count()) == (wider, 2)
