"""The kept figures of plays are those that counting everybody gives, whatever happens to the people in them."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import PlayEntry, PlaySum
from campaigns.plays import actions, queries
from campaigns.plays.actions import StepInput
from campaigns.plays.engine import look_for_events, move_on
from campaigns.plays.sums import PLAYS
from crm.choices import Role
from crm.kept_sums.keeping import differences, fold_all, recount
from tests import factories as make
from tests.campaigns.playing import LATER, TAG, buy, later, play_of
from tests.campaigns.sample import agreed, segment_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    make.make_company()
    return make.make_user(Role.MANAGER)


def counted(play):
    """The figures as a count of all rows gives them."""
    rows = PlayEntry.objects.filter(play=play)
    return {
        is_control: (
            rows.filter(is_control=is_control).count(),
            rows.filter(is_control=is_control, goal_at__isnull=False).count(),
            sum(float(row.amount) for row in rows.filter(is_control=is_control)),
            sum(float(row.amount) ** 2 for row in rows.filter(is_control=is_control)),
        )
        for is_control in (False, True)
    }


def shown(user, play):
    figures = queries.figures_of(user, [play])[play.pk]
    return {
        side: (arm.n, arm.reached, pytest.approx(arm.amount or 0.0), pytest.approx(arm.squares))
        for side, arm in ((False, figures.treated), (True, figures.control))
    }


def as_seen(user, play):
    """All that the page counts."""
    lines = queries.step_lines(user, play)
    steps = [(line.step.pk, line.waiting, line.results) for line in lines]
    return queries.figures_of(user, [play]), steps, queries.exits_of(user, play)


def a_life(manager):
    """A play in which everything has happened: a check that some leave at, goals reached, one taken out, a control."""
    people = agreed(30)
    make.make_contact(name="p0")  # of no consequence: never bought
    check = StepInput(kind="check", wait_days=0, title="", only_for="in", segment=segment_of("p", "These"))
    play = play_of(manager, TAG, check, LATER, control_share="0.3", window_days=30)
    for contact in people:
        buy(contact)
    look_for_events()
    move_on()
    type(people[0]).objects.filter(pk__in=[one.pk for one in people[:5]]).update(source="other")
    later(play, 1)
    for contact in people[10:14]:
        buy(contact, amount=35)
    move_on()
    look_for_events()
    actions.take_out(actor=manager, entry=PlayEntry.objects.filter(play=play, state="inside", is_control=False).first())
    later(play, 4)
    move_on()
    return play


def test_the_page_shows_what_a_count_of_all_rows_gives(manager):
    play = a_life(manager)
    assert differences(PLAYS) == []
    states = set(PlayEntry.objects.filter(play=play).values_list("state", flat=True))
    assert {"inside", "reached", "ended"} <= states
    assert counted(play) == shown(manager, play)
    kept = as_seen(manager, play)
    fold_all()
    assert not PlaySum.objects.filter(is_folded=False).exists()
    assert as_seen(manager, play) == kept
    recount(PLAYS)
    assert as_seen(manager, play) == kept


def test_who_sees_some_people_has_a_count_of_them_that_agrees_where_they_are_all(manager):
    play = a_life(manager)
    team = make.make_team()
    rep = make.make_user(Role.REP, team=team)
    contacts = list(PlayEntry.objects.filter(play=play).values_list("contact", flat=True))
    model = PlayEntry._meta.get_field("contact").related_model
    assert queries.figures_of(rep, [play])[play.pk].came_in == 0
    model.objects.filter(pk__in=contacts).update(owner=rep, team=team)
    assert as_seen(rep, play) == as_seen(manager, play)


def test_an_entry_that_goes_takes_its_figures_with_it(manager):
    play = a_life(manager)
    PlayEntry.objects.filter(play=play, is_control=False).first().delete()
    assert differences(PLAYS) == []
    PlayEntry.objects.filter(play=play).delete()
    assert queries.figures_of(manager, [play])[play.pk].came_in == 0
    assert differences(PLAYS) == []


@pytest.mark.parametrize("people", [2, 40])
def test_the_page_reads_no_row_of_the_people_to_count_them(manager, people):
    play = play_of(manager, TAG, LATER)
    for contact in agreed(people):
        buy(contact)
    look_for_events()
    client = make.signed_in(manager)
    client.get(play.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        client.get(play.get_absolute_url())
    counts = [
        one["sql"]
        for one in asked.captured_queries
        if "COUNT(" in one["sql"].upper() and "campaigns_playentry" in one["sql"]
    ]
    assert counts == []


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_lose_no_figure():
    from tests.concurrency.racing import at_once  # noqa: PLC0415 - of this test alone

    make.make_company()
    manager = make.make_user(Role.MANAGER)
    play = play_of(manager, TAG, LATER)
    for contact in agreed(25):
        buy(contact)
    at_once([partial(look_for_events) for _ in range(3)])
    at_once([*(partial(move_on) for _ in range(3)), fold_all])
    assert differences(PLAYS) == []
    assert queries.figures_of(manager, [play])[play.pk].came_in == 25
