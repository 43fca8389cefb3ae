"""What plays do when something is wrong: a restored backup, a day late, what is no campaign."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.choices import PlayEvent
from campaigns.exporting import EXPRESSIONS, result_rows
from campaigns.models import Play, PlayEntry, Recipient, Segment
from campaigns.plays import actions, engine
from campaigns.plays.actions import StepInput
from campaigns.plays.checking import faults_of
from campaigns.plays.queries import figures_of
from campaigns.steps import results
from contacts.models import Contact
from crm.choices import Role
from crm.company import company_today
from crm.holding import hold_sending, release_sending
from crm.models import LogEntry
from orders.models import Order
from tests.campaigns.playing import MAIL, TAG, buy, leave, play_of
from tests.campaigns.sample import agreed, segment_of, started
from tests.factories import make_company, make_user, signed_in


@pytest.fixture
def house(db):
    make_company()
    return make_user(Role.MARKETER)


class Quiet:
    def report(self, *args):
        pass


def test_after_a_restore_nobody_comes_in_and_nothing_is_done_before_a_person_says_so(house):
    inside, came = agreed(2)
    play = play_of(house, MAIL)
    buy(inside)
    engine.look_for_events()
    hold_sending(actor=None, reason="Restored from the backup of last night")
    play.refresh_from_db()
    assert play.state == "paused"
    assert "the backup of last night" in LogEntry.objects.get(verb="hold", object_id=play.pk).summary
    buy(came)
    actions.resume_play(actor=house, play=play)
    assert (engine.look_for_events(), engine.move_on()) == (0, 0)  # held is held, whatever state it has
    actions.pause_play(actor=house, play=play)
    other = play_of(house, TAG, name="Other", event=PlayEvent.ORDER)
    hold_sending(actor=None, reason="Restored once more")
    release_sending(actor=None)
    assert (engine.look_for_events(), engine.move_on()) == (0, 0)
    browser = signed_in(house)
    said = "paused when a backup was put back"
    assert said in browser.get(other.get_absolute_url()).content.decode()
    assert said not in browser.get(play.get_absolute_url()).content.decode()
    actions.resume_play(actor=house, play=play)
    assert (engine.look_for_events(), engine.move_on()) == (1, 2)


def test_a_step_that_cannot_be_asked_any_more_is_put_off_once_for_all_and_the_page_says_so(house, caplog):
    people, only = agreed(3), segment_of("p")
    play = play_of(house, StepInput(kind="tag", wait_days=0, title="seen", only_for="in", segment=only))
    for contact in people:
        buy(contact)
    engine.look_for_events()
    Segment.objects.filter(pk=only.pk).update(filter={"version": 1, "where": {"field": "gone", "op": "is"}})
    with CaptureQueriesContext(connection) as asked:
        assert (engine.move_on(), engine.move_on()) == (3, 0)
    assert len([one for one in asked if one["sql"].startswith('UPDATE "campaigns_playentry"')]) == 1
    assert len([one for one in caplog.records if "cannot be asked any more" in one.message]) == 1
    browser = signed_in(house)
    assert "It cannot go on as it should" in browser.get(play.get_absolute_url()).content.decode()
    Segment.objects.filter(pk=only.pk).update(filter={"version": 1, "where": only.filter["where"]})
    PlayEntry.objects.update(next_at=timezone.now())
    assert engine.move_on() == 3
    assert {tuple(contact.tags) for contact in Contact.objects.filter(source="p")} == {("seen",)}


def test_orders_that_go_take_the_goal_and_the_money_back(house):
    people = agreed(2)
    play = play_of(house, TAG)
    for contact in people:
        buy(contact)
    engine.look_for_events()
    for contact in people:
        buy(contact)
    engine.look_for_events()
    figures = figures_of(house, [play])[play.pk].treated
    assert (figures.reached, figures.amount) == (2, 20)
    Order.objects.filter(contact=people[0]).order_by("-ordered_at").first().delete()
    assert engine.look_for_events() == 0  # nobody comes in again on it
    figures = figures_of(house, [play])[play.pk].treated
    assert (figures.reached, figures.amount) == (1, 10)
    entry = PlayEntry.objects.get(contact=people[0])
    assert (entry.state, entry.goal_at, entry.amount) == ("reached", None, 0)
    assert PlayEntry.objects.get(contact=people[1]).goal_at is not None


def test_good_wishes_come_on_the_day_or_the_day_after(house):
    today = company_today()
    people = agreed(3)
    for ago, contact in enumerate(people):
        Contact.objects.filter(pk=contact.pk).update(birthday=(today - dt.timedelta(days=ago)).replace(year=1980))
    play = play_of(house, TAG, event=PlayEvent.BIRTHDAY)
    Play.objects.filter(pk=play.pk).update(started_at=timezone.now() - dt.timedelta(days=5))
    assert engine.look_for_events() == 2
    assert not PlayEntry.objects.filter(contact=people[2]).exists()


def test_mails_of_plays_are_no_results_of_campaigns(house):
    campaign = started(house, people=2)
    play = play_of(house, MAIL, event=PlayEvent.ORDER)
    buy(Contact.objects.get(name="p0"))
    engine.look_for_events()
    engine.move_on()
    leave(play)
    assert Recipient.objects.count() == 3
    rows = list(result_rows(None, tuple(EXPRESSIONS), None))
    assert [row[0] for row in rows] == [campaign.name] * 2
    found = results.run(company_today(), results.read_parameters({}), Quiet(), run_id=1)
    assert found.rows == 2


def test_the_segment_of_the_event_is_asked_too(house):
    broken = Segment.objects.create(name="Broken", filter={"version": 1, "where": {"field": "gone", "op": "is"}})
    play = actions.create_play(
        actor=house, fields={"name": "In", "event": PlayEvent.SEGMENT, "event_segment": broken}, steps=[TAG]
    )
    assert [fault for fault in faults_of(play, house) if "“Broken”" in fault]
    Play.objects.filter(pk=play.pk).update(event=PlayEvent.ORDER)
    play.refresh_from_db()
    assert not faults_of(play, house)


def test_a_contact_in_a_play_that_writes_no_mail_has_a_tab_of_plays(house):
    inside, outside = agreed(2)
    play_of(house, TAG)
    buy(inside)
    engine.look_for_events()
    browser = signed_in(house)
    assert "tab=plays" in browser.get(inside.get_absolute_url()).content.decode()
    assert "tab=plays" not in browser.get(outside.get_absolute_url()).content.decode()
    assert "Welcome" in browser.get(f"{inside.get_absolute_url()}?tab=plays").content.decode()
