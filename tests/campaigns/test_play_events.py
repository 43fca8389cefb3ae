"""Each event lets in whom it is about, once; what is old, held back or over nobody; ready plays can be started."""

import datetime as dt

import pytest
from django.utils import timezone

from analytics.models import SellAlert
from campaigns.choices import PlayEvent
from campaigns.models import Play, PlayEntry, Segment
from campaigns.plays import actions, engine
from campaigns.plays.actions import StepInput
from campaigns.plays.ready import READY
from campaigns.segments.actions import refresh_segment
from contacts.models import Contact, Interaction
from crm.choices import Role
from service.models import Ticket
from tests.campaigns.sample import agreed
from tests.factories import (
    make_company,
    make_order,
    make_response,
    make_subscription,
    make_ticket,
    make_user,
    signed_in,
)

TAG = StepInput(kind="tag", wait_days=0, title="seen")


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MARKETER)


def running(actor, event, **fields):
    play = actions.create_play(
        actor=actor, fields={"name": str(event), "control_share": 0, "event": event, **fields}, steps=[TAG]
    )
    actions.start_play(actor=actor, play=play)
    return play


def came_into(play):
    engine.look_for_events()
    first = set(PlayEntry.objects.filter(play=play).values_list("contact", flat=True))
    engine.look_for_events()
    assert set(PlayEntry.objects.filter(play=play).values_list("contact", flat=True)) == first
    return first


def day(days):
    return timezone.now().date() + dt.timedelta(days=days)


def order(contact, days):
    at = dt.datetime.combine(day(days), dt.time(0), tzinfo=dt.UTC)
    return make_order(contact, ordered_at=at, ordered_on=at.date())


def test_silence_is_the_day_on_which_the_last_order_is_so_long_ago(house):
    today, before, busy, never = agreed(4)
    order(today, -90)
    order(before, -95)
    order(busy, -90)
    order(busy, -4)
    play = running(house, PlayEvent.SILENCE, event_days=90)
    assert came_into(play) == {today.pk}
    assert never.pk not in came_into(play)


def test_nothing_heard_asks_for_what_came_in(house):
    quiet, heard = agreed(2)
    now = timezone.now()
    said = {"channel": "phone", "direction": "in"}
    at = now - dt.timedelta(days=30)
    play = running(house, PlayEvent.NO_CONTACT, event_days=30)
    Play.objects.filter(pk=play.pk).update(started_at=now - dt.timedelta(days=2))
    for contact in (quiet, heard):
        Interaction.objects.create(contact=contact, occurred_at=at, **said)
    Interaction.objects.create(contact=quiet, occurred_at=now, channel="email", direction="out")
    Interaction.objects.create(contact=heard, occurred_at=now - dt.timedelta(hours=1), **said)
    assert came_into(play) == {quiet.pk}


def test_birthdays_of_leap_years_are_kept_in_others(house, monkeypatch):
    leap, other = agreed(2)
    Contact.objects.filter(pk=leap.pk).update(birthday=dt.date(1980, 2, 29))
    Contact.objects.filter(pk=other.pk).update(birthday=dt.date(1980, 3, 1))
    play = running(house, PlayEvent.BIRTHDAY)
    for now, found in ((dt.datetime(2027, 2, 28, 9), leap), (dt.datetime(2027, 3, 1, 9), other)):
        moment = now.replace(tzinfo=dt.UTC)
        Play.objects.filter(pk=play.pk).update(started_at=moment)
        monkeypatch.setattr("campaigns.plays.entering.timezone.now", lambda moment=moment: moment)
        engine.let_in(play.pk)
        assert PlayEntry.objects.filter(play=play, contact=found).count() == 1
    assert PlayEntry.objects.filter(play=play).count() == 2


def test_tickets_contracts_and_detractors(house):
    solved, opened, ending, running_on, angry, happy = agreed(6)
    now = timezone.now()
    for contact, state, at in ((solved, "solved", now), (opened, "open", None)):
        ticket = make_ticket(contact=contact)
        Ticket.objects.filter(pk=ticket.pk).update(state=state, solved_at=at, waiting_since=None)
    assert came_into(running(house, PlayEvent.TICKET)) == {solved.pk}
    make_subscription(ending, renews_on=day(30))
    make_subscription(running_on, renews_on=day(60))
    assert came_into(running(house, PlayEvent.CONTRACT, event_days=30)) == {ending.pk}
    make_response(angry, 3, answered_at=now)
    make_response(happy, 10, answered_at=now)
    assert came_into(running(house, PlayEvent.DETRACTOR)) == {angry.pk}


def test_alerts_that_are_held_back_let_nobody_in(house):
    told, held = agreed(2)
    for contact, is_held_back in ((told, False), (held, True)):
        SellAlert.objects.create(
            contact=contact, kind="drift", chance=0.3, expected_value=10, is_held_back=is_held_back, made_on=day(0),
            run_id=1,
        )  # fmt: skip
    assert came_into(running(house, PlayEvent.DRIFT)) == {told.pk}


def test_who_comes_into_a_segment_comes_into_the_play(house):
    inside, later = agreed(2)
    where = {"field": "name", "op": "is", "value": inside.name}
    segment = Segment.objects.create(name="Named", filter={"version": 1, "where": where})
    refresh_segment(segment=segment)
    play = running(house, PlayEvent.SEGMENT, event_segment=segment)
    assert came_into(play) == set()  # who was in it before is no news
    wider = {"version": 1, "where": {"field": "source", "op": "is", "value": "p"}}
    Segment.objects.filter(pk=segment.pk).update(filter=wider)
    segment.refresh_from_db()
    refresh_segment(segment=segment)
    assert came_into(play) == {later.pk}


@pytest.mark.parametrize("key", [one.key for one in READY])
def test_a_ready_play_is_a_form_that_can_be_sent_and_a_play_that_can_be_started(house, key):
    client = signed_in(house)
    page = client.get(f"/plays/new/?from={key}")
    ready = next(one for one in READY if one.key == key)
    assert page.status_code == 200
    assert (ready.segment is not None) == ("which is not there yet" in page.content.decode())
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    data |= {"steps-TOTAL_FORMS": len(form.steps.forms), "steps-INITIAL_FORMS": len(form.steps.forms)}
    for at, step in enumerate(form.steps.forms):
        data |= {f"steps-{at}-{name}": step[name].value() for name in step.fields if name != "DELETE"}
    answer = client.post("/plays/new/", {name: "" if value is None else value for name, value in data.items()})
    assert answer.status_code == 302
    actions.start_play(actor=house, play=Play.objects.get())
    if ready.segment:
        made = client.get(ready.segment.making_url).content.decode()
        assert ready.segment.name in made
        assert "problem" not in made.split("<main")[0]
    assert Play.objects.get().control_share > 0
