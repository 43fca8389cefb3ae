"""Who gets a lead: the rule that fits, whose turn it is, who has room and is at work; fair with many connections."""

import datetime as dt
import threading
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from crm.models import Territory
from leads.actions import change_lead, log_touch
from leads.allocation.actions import allocate_new, change_rule, create_rule, reassign_missed
from leads.allocation.choosing import Seat, deal_out
from leads.allocation.engine import allocate
from leads.allocation.hours import due_moment
from leads.choices import Way
from leads.models import AllocationRule, Intake, Lead, LeadAssignment
from leads.recycling import recycle_due
from tests.factories import make_company, make_lead, make_user, signed_in

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


def rule(people, **fields):
    return create_rule(
        actor=None, fields={"name": f"Rule {AllocationRule.objects.count() + 1}", **fields}, people=people
    )


def owners_of(leads):
    found = dict(Lead.objects.values_list("pk", "owner__name"))
    return [found[lead.pk] for lead in leads]


def test_each_in_turn_in_the_order_in_which_leads_came_in(house):
    rule([house.rep, house.mate, house.stranger])
    leads = [make_lead() for _ in range(7)]
    allocate([lead.pk for lead in leads[:4]])
    allocate([lead.pk for lead in leads[4:]])
    names = [house.rep.name, house.mate.name, house.stranger.name]
    assert owners_of(leads) == [*names, *names, names[0]]


def test_the_one_with_the_fewest_open_leads_gets_the_next(house):
    for _ in range(2):
        make_lead(owner=house.rep)
    make_lead(owner=house.rep, status="converted")
    rule([house.rep, house.mate], way=Way.LEAST_BUSY)
    leads = [make_lead() for _ in range(4)]
    allocate([lead.pk for lead in leads])
    counts = Counter(Lead.objects.exclude(status="converted").values_list("owner__name", flat=True))
    assert counts == {house.rep.name: 3, house.mate.name: 3}


def test_the_first_rule_that_fits_decides_and_says_why(house):
    rule([house.stranger], name="Oak in Germany", position=1, countries=["DE"], languages=["de"], least_score=50)
    rule([house.rep], name="The rest", position=2)
    german, poor, other = (
        make_lead(country="DE", language="de", score=80),
        make_lead(country="DE", language="de", score=20),
        make_lead(country="GB", hand_score=99),
    )
    allocate([german.pk, poor.pk, other.pk])
    assert owners_of([german, poor, other]) == [house.stranger.name, house.rep.name, house.rep.name]
    why = LeadAssignment.objects.get(lead=german)
    assert why.why == f"rule “Oak in Germany”, each in turn: {house.stranger.name}’s turn"
    assert (why.owner, why.owner_before, why.rule.name) == (house.stranger, None, "Oak in Germany")
    page = signed_in(house.manager).get(german.get_absolute_url()).content.decode()
    assert why.why in page.partition("Facts</h2>")[2]


def test_the_reason_is_shown_as_long_as_nobody_else_had_it_since(house):
    rule([house.rep], name="Oak")
    client, kept, by_hand, by_list = signed_in(house.manager), make_lead(), make_lead(), make_lead()
    for lead in (kept, by_hand, by_list):
        allocate_new(actor=None, lead=lead)
    for owner in (house.mate, house.rep):
        by_hand.refresh_from_db()
        change_lead(actor=house.manager, lead=by_hand, version=by_hand.version, fields={"owner": owner})
        Lead.objects.filter(pk=by_list.pk).update(owner=owner)
    kept.refresh_from_db()
    change_lead(actor=house.manager, lead=kept, version=kept.version, fields={"city": "York"})
    pages = [client.get(lead.get_absolute_url()).content.decode() for lead in (kept, by_hand, by_list)]
    said = ["rule “Oak”" in page.partition("Facts</h2>")[2] for page in pages]
    assert said == [True, False, False]


def test_a_score_by_hand_counts_in_place_of_the_computed_one(house):
    rule([house.rep], least_score=50)
    low, high = make_lead(score=90, hand_score=10), make_lead(score=10, hand_score=90)
    allocate([low.pk, high.pk])
    assert owners_of([low, high]) == [None, house.rep.name]


def test_a_segment_is_the_filter_of_a_saved_view(house):
    tree = {"version": 1, "where": {"field": "campaign", "op": "is", "value": "Spring"}}
    rule([house.rep], tree=tree, segment="Spring")
    spring, other = make_lead(campaign="Spring"), make_lead(campaign="Autumn")
    given = allocate([spring.pk, other.pk])
    assert owners_of([spring, other]) == [house.rep.name, None]
    assert (given.count, given.without_rule, given.nobody_free) == (1, 1, 0)


def test_nobody_gets_more_than_they_take(house):
    Intake.objects.create(user=house.rep, capacity=2)
    Intake.objects.create(user=house.mate, capacity=1)
    make_lead(owner=house.rep)
    rule([house.rep, house.mate])
    leads = [make_lead() for _ in range(4)]
    given = allocate([lead.pk for lead in leads])
    assert owners_of(leads) == [house.rep.name, house.mate.name, None, None]
    assert given.nobody_free == 2


def test_who_is_away_or_not_at_work_is_passed_over(house):
    today = timezone.localdate()
    Intake.objects.create(user=house.rep, away_from=today, away_until=today + dt.timedelta(days=3))
    Intake.objects.create(user=house.mate, workdays=[(today + dt.timedelta(days=3)).isoweekday()])
    rule([house.rep, house.mate, house.stranger])
    leads = [make_lead() for _ in range(2)]
    allocate([lead.pk for lead in leads])
    assert owners_of(leads) == [house.stranger.name] * 2


def test_language_and_territory_choose_among_the_people_of_a_rule(house):
    Intake.objects.create(user=house.rep, languages=["fr"])
    Intake.objects.create(user=house.mate, languages=["de", "fr"])
    south = Territory.objects.create(name="South")
    Territory.objects.create(name="Coast", parent=south)
    south.people.add(house.stranger)
    rule([house.rep, house.mate], by_language=True, position=1)
    rule([house.rep, house.stranger], by_territory=True, position=2)
    german, coast, nowhere = (
        make_lead(language="de"), make_lead(territory=Territory.objects.get(name="Coast")), make_lead(),
    )  # fmt: skip
    allocate([german.pk, coast.pk, nowhere.pk])
    assert owners_of([german, coast, nowhere]) == [house.mate.name, house.stranger.name, None]


def test_the_clock_runs_in_working_hours_only():
    intake = Intake(workdays=[1, 2, 3, 4, 5], works_from=dt.time(9), works_until=dt.time(17))
    friday = dt.datetime(2026, 3, 6, 16, 30, tzinfo=BERLIN)
    assert due_moment(intake, friday, 60, BERLIN) == dt.datetime(2026, 3, 9, 9, 30, tzinfo=BERLIN)
    assert due_moment(intake, friday, 20, BERLIN) == dt.datetime(2026, 3, 6, 16, 50, tzinfo=BERLIN)
    early = dt.datetime(2026, 3, 9, 6, tzinfo=BERLIN)
    assert due_moment(intake, early, 9 * 60, BERLIN) == dt.datetime(2026, 3, 10, 10, tzinfo=BERLIN)
    intake.away_from = intake.away_until = dt.date(2026, 3, 9)
    assert due_moment(intake, friday, 60, BERLIN) == dt.datetime(2026, 3, 10, 9, 30, tzinfo=BERLIN)
    assert due_moment(None, friday, 60, BERLIN) == friday + dt.timedelta(hours=1)


def test_turns_of_the_full_are_not_kept_for_later():
    seats = [Seat(1, "A", 0, 4, capacity=5), Seat(2, "B", 1, 0), Seat(3, "C", 2, 9, capacity=9)]
    assert [seat.name for _, seat, _ in deal_out([1, 2, 3, 4], seats, Way.ROUND_ROBIN)] == ["A", "B", "B", "B"]


def test_who_does_not_answer_in_time_loses_the_lead_to_the_next_and_it_is_said(house):
    rule([house.rep, house.mate], respond_minutes=30, reassigns=True)
    lead, touched = make_lead(), make_lead()
    for one in (lead, touched):
        allocate_new(actor=None, lead=one)
    Lead.objects.update(owner=house.rep, respond_by=timezone.now() - dt.timedelta(minutes=1))
    LeadAssignment.objects.update(owner=house.rep)
    log_touch(actor=house.rep, lead=touched, channel="phone", subject="Called")
    assert reassign_missed() == 1
    assert owners_of([lead, touched]) == [house.mate.name, house.rep.name]
    last = LeadAssignment.objects.filter(lead=lead).first()
    assert (last.is_missed, last.owner_before) == (True, house.rep)
    assert last.why.startswith("not touched in time; ")
    lead.refresh_from_db()
    assert lead.respond_by is not None
    assert lead.respond_by > timezone.now()
    Lead.objects.filter(pk=lead.pk).update(respond_by=timezone.now() - dt.timedelta(minutes=1))
    assert reassign_missed() == 0


def test_who_stays_in_a_rule_keeps_their_turn(house):
    made = rule([house.rep, house.mate])
    allocate([make_lead().pk])
    change_rule(actor=None, rule=made, version=1, fields={}, people=[house.rep, house.mate, house.stranger])
    leads = [make_lead() for _ in range(3)]
    allocate([lead.pk for lead in leads])
    assert owners_of(leads) == [house.mate.name, house.rep.name, house.stranger.name]


def test_a_lead_that_was_put_off_comes_back_on_its_day(house):
    today = timezone.localdate()
    due = make_lead(owner=house.rep, team=house.rep.team, status="nurturing", recycle_on=today)
    later = make_lead(owner=house.rep, status="nurturing", recycle_on=today + dt.timedelta(days=1))
    assert (recycle_due(), recycle_due()) == (1, 0)
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.status, due.recycle_on, later.status) == ("working", None, "nurturing")
    assert house.rep.tasks.get().record_id == due.pk


def test_the_page_shows_rules_in_words_and_a_worker_gives_leads_away(house):
    rule([house.rep], name="Oak", countries=["DE"], respond_minutes=30, reassigns=True)
    make_lead(country="DE")
    client = signed_in(house.manager)
    page = client.get(reverse("leads:rule_list")).content.decode()
    assert "from Germany" in page
    assert "1 open without an owner" in page
    answer = client.post(reverse("leads:allocation_start"))
    from crm.jobs import run_job  # noqa: PLC0415
    from crm.models import JobRun  # noqa: PLC0415

    job = JobRun.objects.get()
    run_job(job.pk)
    job.refresh_from_db()
    assert answer.headers["Location"] == job.get_absolute_url()
    assert job.result == {"leads": 1, "given": 1, "without_rule": 0, "nobody_free": 0}


@pytest.mark.django_db(transaction=True)
def test_parallel_connections_are_as_fair_as_one():
    make_company()
    people = [make_user(name=f"P{number}") for number in range(4)]
    rule(people)
    leads = [make_lead().pk for _ in range(40)]
    barrier, faults = threading.Barrier(8), []

    def work(keys):
        try:
            barrier.wait()
            for key in keys:
                allocate([key])
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[leads[at::8]]) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(Counter(Lead.objects.values_list("owner__name", flat=True)).values()) == [10, 10, 10, 10]
    assert LeadAssignment.objects.count() == 40
