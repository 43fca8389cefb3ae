"""Steps of a play: for whom, once each, by an edit, a pause, the end; with an offer."""

from collections import Counter

import pytest
from django.core.exceptions import ValidationError

from campaigns.models import Campaign, GivenOffer, Offer, Play, PlayTouch, Recipient, Segment
from campaigns.plays import actions, engine
from campaigns.plays.actions import StepInput
from campaigns.plays.queries import exits_of, step_lines
from campaigns.sending.engine import run_campaign
from crm.choices import Role
from crm.mail.choices import MailState
from crm.models import OutgoingMail, Task
from tests.campaigns.playing import LATER, MAIL, buy, later, leave, mails_of, play_of, states
from tests.campaigns.sample import agreed, segment_of
from tests.factories import make_company, make_user


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MARKETER)


def test_steps_go_by_condition_and_say_why(house):
    owner = make_user(Role.REP)
    people = agreed(3)
    in_it = segment_of("p", "All of p")
    other = segment_of("nobody", "Others")
    fixed = Segment.objects.create(name="Called", is_fixed=True)
    type(people[0]).objects.filter(pk=people[0].pk).update(owner=owner)
    steps = (
        StepInput(kind="task", wait_days=0, title="Call them", only_for="in", segment=in_it),
        StepInput(kind="tag", wait_days=0, title="other", only_for="in", segment=other),
        StepInput(kind="list", wait_days=0, title="", into=fixed),
        StepInput(kind="check", wait_days=0, title="", only_for="out", segment=in_it),
        LATER,
    )
    play = play_of(house, *steps)
    Play.objects.filter(pk=play.pk).update(owner=None)
    for contact in people:
        buy(contact)
    engine.look_for_events()
    engine.move_on()
    assert states(play) == {"left": 3}
    task = Task.objects.get()
    assert (task.title, task.owner, task.contact_id) == ("Call them", owner, people[0].pk)
    assert fixed.members.count() == 3
    lines = step_lines(house, play)
    assert [(line.done, line.passed, line.skipped) for line in lines] == [
        (1, 0, 2), (0, 3, 0), (3, 0, 0), (0, 3, 0), (0, 0, 0)
    ]  # fmt: skip
    assert exits_of(house, play) == [("left at a condition", "in “All of p”", 3)]
    assert not mails_of(play).exists()


def test_a_pause_holds_everything_and_the_end_calls_back(house):
    people = agreed(2)
    play = play_of(house, MAIL, LATER)
    buy(people[0])
    engine.look_for_events()
    engine.move_on()
    run_campaign(Campaign.everything.filter(play=play).order_by("pk").first().pk)
    actions.pause_play(actor=house, play=play)
    buy(people[1])
    assert (engine.look_for_events(), engine.move_on()) == (0, 0)
    assert mails_of(play).get().state == MailState.HELD
    actions.resume_play(actor=house, play=play)
    assert (engine.look_for_events(), engine.move_on()) == (1, 1)
    actions.end_play(actor=house, play=play)
    assert states(play) == {"ended": 2}
    assert Counter(mails_of(play).values_list("state", flat=True)) == {"cancelled": 1}
    assert (engine.look_for_events(), engine.move_on()) == (0, 0)
    for act in (actions.pause_play, actions.resume_play, actions.end_play):
        with pytest.raises(ValidationError):
            act(actor=house, play=play)


def test_an_edit_of_a_running_play_repeats_nothing(house):
    (contact,) = agreed(1)
    play = play_of(house, StepInput(kind="task", wait_days=0, title="Ring them"), LATER, owner=house)
    buy(contact)
    engine.look_for_events()
    engine.move_on()
    ring, last = play.steps.order_by("position")
    play.refresh_from_db()
    before, between = (StepInput(kind="tag", wait_days=0, title=title) for title in ("before", "between"))
    kept = StepInput(kind="task", wait_days=0, title="Ring them", pk=ring.pk)
    steps = [before, between, kept]  # what they had comes after what they wait for, which is taken away
    actions.change_play(actor=house, play=play, version=play.version, fields={"control_share": "0.5"}, steps=steps)
    last.refresh_from_db()
    assert last.removed_at is not None
    later(play, days=4)
    engine.move_on()
    contact.refresh_from_db()
    assert contact.tags == ["between"]
    assert Task.objects.count() == 1
    assert PlayTouch.objects.count() == 2
    assert states(play) == {"inside": 1}


def test_a_mail_may_make_an_offer_with_a_code_of_their_own(house):
    people = agreed(3)
    only = segment_of("p", "All of p")
    offer = Offer.objects.create(name="Oak, a fifth off", benefit_value=20, margin_amount=5, rest_days=90, segment=only)
    says = {"title": "For you: {{offer}}", "text": "Say {{offer_code}} with your order."}
    bad = StepInput(kind="mail", wait_days=0, offer=offer, title="For you", text="Come again.")
    good = StepInput(kind="mail", wait_days=0, offer=offer, **says)
    again = StepInput(kind="mail", wait_days=0, offer=offer, title="{{offer|Frames}}", text="{{offer_code|Hello}}")
    for steps, sentence in (([bad], "does not speak of it"), ([StepInput(kind="mail", wait_days=0, **says)], "choose")):
        draft = actions.create_play(actor=house, fields={"name": sentence}, steps=steps)
        with pytest.raises(ValidationError, match=sentence):
            actions.start_play(actor=house, play=draft)
    play = play_of(house, good, again)
    for contact in people:
        buy(contact)
    engine.look_for_events()
    type(people[2]).objects.filter(pk=people[2].pk).update(source="other")  # not in its segment any more
    engine.move_on()
    leave(play)
    given = GivenOffer.objects.select_related("recipient")
    assert {row.recipient.contact_id for row in given} == {people[0].pk, people[1].pk}
    assert len({row.code for row in given}) == 2
    first, second = (step.carrier for step in play.steps.order_by("position"))
    said = {row.contact_id: row.text for row in OutgoingMail.objects.filter(object_id=first.pk)}
    assert all(row.code_in_words in said[row.recipient.contact_id] for row in given)
    assert Recipient.objects.get(campaign=first, contact=people[2]).reason == "no offer is open to them"
    # within its rest time nobody has it again: the second mail says what it says instead
    assert {row.subject for row in OutgoingMail.objects.filter(object_id=second.pk)} == {"Frames"}
