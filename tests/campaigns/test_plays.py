"""A play: an event lets in, steps are done once each, the goal lets out, the control group tells what it is worth."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from campaigns.choices import EntryState, PlayEvent
from campaigns.models import Campaign, Hit, Play, PlayEntry, PlayTouch, Recipient, Segment
from campaigns.plays import actions, engine
from campaigns.plays.actions import StepInput
from campaigns.plays.queries import exits_of, figures_of, step_lines
from campaigns.sending.actions import remove_variant, set_variant
from campaigns.sending.outcomes import count_all
from contacts.permission.actions import record_consent
from crm.choices import Role
from tests.campaigns.playing import LATER, MAIL, TAG, buy, later, leave, mails_of, play_of, states
from tests.campaigns.sample import agreed
from tests.factories import make_company, make_product, make_token, make_user, signed_in


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MARKETER)


def test_a_first_order_lets_in_mails_leave_once_and_the_next_order_is_the_goal(house):
    first, old, refused, quiet = agreed(4)
    record_consent(actor=None, contact=refused, channel="email", purpose="marketing", level=0)
    buy(old, days_ago=30)
    play = play_of(house, MAIL, LATER)
    for contact in (first, old, refused):
        buy(contact)
    assert (engine.look_for_events(), engine.look_for_events()) == (1, 0)
    entry = PlayEntry.objects.get(play=play)
    assert (entry.contact, entry.state, entry.round) == (first, EntryState.INSIDE, 1)
    assert (engine.move_on(), engine.move_on()) == (1, 0)
    leave(play)
    row = Recipient.objects.get()
    Hit.objects.create(
        recipient_id=row.pk, campaign_id=row.campaign_id, kind="click", url="https://example.com/",
        at=timezone.now() + dt.timedelta(minutes=5), user_agent="Mozilla/5.0",
    )  # fmt: skip
    count_all()
    assert step_lines(house, play)[0].clicked == 1
    mail = mails_of(play).get()
    assert (mail.subject, mail.contact_id, mail.kind) == ("Thank you, First0", first.pk, "at_most_once")
    assert "List-Unsubscribe" in mail.headers
    assert not Campaign.objects.exists()  # what carries the mails is no campaign of anybody
    assert engine.move_on() == 0  # the next one is due in three days
    buy(first)
    engine.look_for_events()
    entry.refresh_from_db()
    assert (entry.state, entry.step, entry.next_at, entry.amount) == (EntryState.REACHED, None, None, 10)
    later(play, days=9)
    assert engine.move_on() == 0
    assert mails_of(play).count() == 1
    assert quiet.play_entries.count() == 0


def test_who_has_all_steps_waits_for_the_goal_until_the_window_is_over(house):
    people = agreed(2)
    play = play_of(house, TAG, window_days=20, rest_days=10)
    for contact in people:
        buy(contact)
    engine.look_for_events()
    engine.move_on()
    for contact in people:
        contact.refresh_from_db()
    assert [contact.tags for contact in people] == [["welcomed"], ["welcomed"]]
    assert states(play) == {"inside": 2}
    later(play, days=21)
    buy(people[0])
    engine.look_for_events()
    engine.move_on()
    assert states(play) == {"done": 2}  # that order came after the window
    assert exits_of(house, play) == [("came to the end", "", 2)]


def test_the_control_group_is_drawn_by_a_hash_that_anybody_can_check_and_nothing_is_done_for_it(house):
    people = agreed(300)
    play = play_of(house, TAG, control_share="0.3")
    Play.objects.filter(pk=play.pk).update(seed=7)
    for contact in people:
        buy(contact)
    assert engine.look_for_events() == 300
    engine.move_on()
    kept = set(PlayEntry.objects.filter(play=play, is_control=True).values_list("contact", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM contacts_contact WHERE (hashint8extended(id, 7) & 4294967295)"
            " < 0.3::float8 * 4294967296 AND source = 'p'"
        )
        assert kept == {key for (key,) in cursor.fetchall()}
    assert 50 < len(kept) < 130
    assert not PlayTouch.objects.filter(entry__is_control=True).exists()
    buyers = [contact for contact in people if contact.pk % 2]
    for contact in buyers:
        buy(contact)
    engine.look_for_events()
    figures = figures_of(house, [play])[play.pk]
    assert figures.control.n == len(kept)
    assert figures.control.reached == sum(contact.pk in kept for contact in buyers)
    assert figures.treated.reached + figures.control.reached == len(buyers)
    assert figures.lift is not None
    assert figures.lift.low < figures.lift.value < figures.lift.high
    none = Play(pk=-1)
    assert figures_of(house, [none])[-1].lift is None


def test_nobody_is_in_it_twice_and_comes_again_only_after_the_rest(house):
    (contact,) = agreed(1)
    play = play_of(house, MAIL, event=PlayEvent.ORDER, rest_days=5, window_days=30)
    buy(contact)
    assert engine.look_for_events() == 1
    engine.move_on()
    buy(contact)
    assert engine.look_for_events() == 0  # the goal: they leave
    assert states(play) == {"reached": 1}
    assert engine.look_for_events() == 0  # and rest
    later(play, days=6)
    buy(contact)
    assert engine.look_for_events() == 1
    engine.move_on()
    leave(play)
    assert list(PlayEntry.objects.order_by("round").values_list("round", "state")) == [(1, "reached"), (2, "inside")]
    assert Recipient.objects.filter(contact=contact).count() == 2
    once = play_of(house, TAG, name="Once", event=PlayEvent.ORDER)
    assert engine.look_for_events() == 1
    later(once, days=90)
    engine.move_on()
    buy(contact)
    assert engine.look_for_events() == 0
    assert states(once) == {"done": 1}


def test_old_orders_and_other_products_let_nobody_in(house):
    people = agreed(3)
    oak = make_product(name="Oak", family="Frames")
    play = play_of(house, TAG, event=PlayEvent.ORDER, family="Frames")
    buy(people[0], product=oak)
    buy(people[1], product=make_product(name="Hook", family="Hooks"))
    buy(people[2], product=oak, days_ago=2)  # before the day on which it started
    assert engine.look_for_events() == 1
    assert PlayEntry.objects.get(play=play).contact == people[0]


def test_a_draft_says_what_is_in_its_way(house):
    hidden = Segment.objects.create(name="Broken", filter={"version": 1, "where": {"field": "gone", "op": "is"}})
    steps = [StepInput(kind="mail", wait_days=0, title="", text=""), StepInput(kind="check", wait_days=0, title="")]
    play = actions.create_play(actor=house, fields={"name": "Welcome", "audience": hidden}, steps=steps)
    with pytest.raises(ValidationError) as refused:
        actions.start_play(actor=house, play=play)
    assert len(refused.value.messages) == 3
    page = signed_in(house).get(play.get_absolute_url()).content.decode()
    assert "Before it can start" in page
    assert "its mail says nothing yet" in page


def test_a_marketer_makes_and_starts_one_in_the_browser(house):
    client = signed_in(house)
    (contact,) = agreed(1)
    data = {
        "name": "Welcome", "event": "first_order", "goal": "order", "window_days": "30", "control_share": "0",
        "purpose": "marketing", "steps-TOTAL_FORMS": "2", "steps-INITIAL_FORMS": "0", "steps-0-kind": "mail",
        "steps-0-wait_days": "0", "steps-0-title": "Thank {{nobody}}", "steps-0-text": "Good", "steps-1-kind": "tag",
        "steps-1-title": "",
    }  # fmt: skip
    refused = client.post("/plays/new/", data)
    assert refused.status_code == 422
    assert "is no field" in refused.content.decode()
    data |= {"steps-0-title": "Thank you"}
    made = client.post("/plays/new/", data, follow=True)
    play = Play.objects.get()
    assert "Thank you" in made.content.decode()
    client.post(f"/plays/{play.pk}/start/")
    buy(contact)
    engine.look_for_events()
    engine.move_on()
    page = client.get(play.get_absolute_url()).content.decode()
    assert contact.name in page
    assert "no lift is shown" in page
    step = play.steps.get()
    for mark in (f"{play.pk}|in|", f"{play.pk}|inside|", f"{play.pk}|mail|{step.pk}"):
        assert contact.name in client.get(f"/contacts/?played={mark}&state=all").content.decode()
    for mark in (f"{play.pk}|goal|", f"{play.pk}|waiting|{step.pk}"):
        assert f">{contact.name}<" not in client.get(f"/contacts/?played={mark}&state=all").content.decode()
    assert contact.name in client.get(f"/contacts/?in_play={play.pk}").content.decode()
    edit = client.get(f"/plays/{play.pk}/edit/").content.decode()
    assert "People are inside" in edit
    assert "Good" in edit
    variant = play.steps.get().carrier.variants.get()
    mail = client.get(f"/campaigns/variants/{variant.pk}/")
    assert mail.status_code == 200
    assert "Play" in client.get("/plays/").content.decode()


def test_a_mail_of_blocks_stays_as_it_is_drawn_when_its_steps_change_places(house):
    play = play_of(house, TAG, MAIL)
    tag, mail = play.steps.order_by("position")
    blocks = [{"kind": "heading", "text": "Thank you"}, {"kind": "text", "text": "Good to have you."}]
    fields = {"name": "A", "subject": "Thanks", "blocks": blocks}
    set_variant(actor=house, campaign=mail.carrier, variant=mail.carrier.variants.get(), fields=fields)
    play.refresh_from_db()
    steps = [
        {"id": mail.pk, "kind": "mail", "wait_days": 2, "title": "Thanks again"},
        {"id": tag.pk, "kind": "tag", "wait_days": 1, "title": "welcomed"},
    ]
    client = Client(headers={"Authorization": f"Bearer {make_token(house)}"})
    body = {"version": play.version, "steps": steps}
    answer = client.patch(f"/api/v1/plays/{play.pk}", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert [step.pk for step in play.steps.order_by("position")] == [mail.pk, tag.pk]
    variant = mail.carrier.variants.get()
    assert (variant.subject, variant.blocks) == ("Thanks again", blocks)
    shown = client.get(f"/api/v1/plays/{play.pk}/steps").json()["items"]
    assert [one["title"] for one in shown] == ["Thanks again", "welcomed"]
    with pytest.raises(ValidationError, match="take the step away"):
        remove_variant(actor=house, campaign=mail.carrier, variant=variant)
