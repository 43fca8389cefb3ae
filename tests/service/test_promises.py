"""Promises: which holds, when something is due, who is told; all of it read from the log."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.choices import Role
from crm.company import company_today
from crm.models import Notice, User
from orders.loyalty.queries import standing_of
from orders.models import LoyaltyMember, LoyaltyTier, PointsEntry
from service import actions
from service.actions.watching import refresh_promises, watch_promises
from service.clocks import clocks_of, next_due
from service.models import Queue, ServiceHours, SlaPolicy, Ticket
from service.promising import clocks_for, policies, policies_for
from tests.factories import make_company, make_contact, make_order, make_team, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
GOALS = {"first_reply": 2 * HOUR, "next_reply": HOUR, "solution": 10 * HOUR}


@pytest.fixture
def hours(db) -> ServiceHours:
    make_company(time_zone="UTC")
    return ServiceHours.objects.create(name="Office", time_zone="UTC")


def at(*steps: tuple[str, float]) -> list[tuple[str, dt.datetime]]:
    """Events at hours after Monday, nine o'clock."""
    return [(event, MONDAY + HOUR * after) for event, after in steps]


def test_first_reply_is_due_in_working_hours_and_stops_its_clock(hours):
    clocks = clocks_of(at(("opened", 7)), hours.working, GOALS)  # at four, an hour before the end of the day
    assert next_due(clocks).due_at == MONDAY + dt.timedelta(days=1, hours=1)
    stopped, solution = clocks_of(at(("opened", 7), ("replied", 7.5)), hours.working, GOALS)
    assert (stopped.kind, stopped.spent, stopped.is_broken) == ("first_reply", HOUR / 2, False)
    assert (solution.kind, solution.due_at) == ("solution", MONDAY + dt.timedelta(days=2, hours=1))


def test_solution_stands_still_while_the_customer_is_to_answer(hours):
    log = at(("opened", 0), ("replied", 1), ("waiting", 1), ("customer wrote", 4))
    first, reply, solution = clocks_of(log, hours.working, GOALS)
    assert (reply.kind, reply.due_at) == ("next_reply", MONDAY + 5 * HOUR)
    assert (solution.spent, solution.due_at) == (HOUR, MONDAY + dt.timedelta(days=1, hours=5))
    assert clocks_of(log[:3], hours.working, GOALS)[1].due_at is None
    assert first.spent == HOUR


def test_reopened_ticket_goes_on_where_its_clock_stood(hours):
    log = at(("opened", 0), ("replied", 1), ("solved", 3), ("reopened", 6), ("customer wrote", 6), ("solved", 7))
    spent = {clock.kind: clock.spent for clock in clocks_of(log, hours.working, GOALS)}
    assert spent == {"first_reply": HOUR, "next_reply": HOUR, "solution": 4 * HOUR}
    assert all(clock.stopped_at for clock in clocks_of(log, hours.working, GOALS))


def test_first_policy_that_fits_holds(hours):
    claims = Queue.objects.create(name="Claims")
    urgent = SlaPolicy.objects.create(name="Urgent", position=1, hours=hours, priority="urgent", first_reply_minutes=30)
    of_claims = SlaPolicy.objects.create(name="Claims", position=2, hours=hours, queue=claims, first_reply_minutes=60)
    rest = SlaPolicy.objects.create(name="All", position=3, hours=hours, first_reply_minutes=240)
    other = Queue.objects.create(name="Support", position=2)
    cases = ((claims, "urgent", urgent), (claims, "low", of_claims), (other, "low", rest))
    tickets = [Ticket(queue=queue, priority=priority) for queue, priority, _ in cases]
    assert policies_for(tickets, policies()) == [policy for *_, policy in cases]


def test_promise_to_a_tier_holds_for_its_customers(hours, django_assert_num_queries):
    low, high = (
        LoyaltyTier.objects.create(name=name, least_points=points) for name, points in (("Low", 0), ("High", 100))
    )
    of_high = SlaPolicy.objects.create(name="High", position=1, hours=hours, tier=high, first_reply_minutes=30)
    rest = SlaPolicy.objects.create(name="All", position=2, hours=hours, first_reply_minutes=240)
    best, new, stranger = make_contact(), make_contact(), make_contact()
    for contact, points in ((best, 150), (new, 50)):
        member = LoyaltyMember.objects.create(contact=contact, joined_on=company_today())
        PointsEntry.objects.create(
            member=member, order=make_order(contact, ordered_on=company_today()), points=points, kind="earned"
        )
        assert standing_of(member).tier == (high if contact == best else low)
    tickets = [Ticket(queue_id=1, contact=contact) for contact in (best, new, stranger, None)]
    with django_assert_num_queries(4):  # promises, tiers, the day of the house, points: however many tickets
        assert policies_for(tickets, policies()) == [of_high, rest, rest, rest]


def test_ticket_says_what_is_due_and_replies_move_it_on(hours):
    SlaPolicy.objects.create(name="All", hours=hours, first_reply_minutes=60, solution_minutes=960)
    agent, ticket = make_user(Role.AGENT), make_ticket()
    assert ticket.due_for == "first_reply"
    assert ticket.due_at == clocks_for([ticket], [ticket.policy])[0][0].due_at
    actions.reply(actor=agent, ticket=ticket, text="It leaves today.", then="open")
    ticket.refresh_from_db()
    assert ticket.due_for == "solution"
    actions.solve_ticket(actor=agent, ticket=ticket)
    ticket.refresh_from_db()
    assert (ticket.due_at, ticket.due_for, ticket.policy) == (None, "", None)


def test_late_ticket_is_told_to_its_owner_and_a_manager_once(hours):
    SlaPolicy.objects.create(name="All", hours=hours, first_reply_minutes=60)
    agent, manager = make_user(Role.AGENT), make_user(Role.MANAGER)
    ticket = make_ticket(owner=agent, opened_at=timezone.now() - dt.timedelta(days=4))
    make_ticket(owner=agent, opened_at=MONDAY)  # late for months, as an imported one may be: no news
    assert [watch_promises(), watch_promises()] == [2, 0]
    told = {one.user for one in Notice.objects.all()}
    assert told == {User.objects.get(pk=agent.pk), User.objects.get(pk=manager.pk)}
    browser = signed_in(agent)
    assert "late" in browser.get(ticket.get_absolute_url()).content.decode()
    page = browser.get("/tickets/?at_hand=late").content.decode()
    assert ticket.subject in page


def test_half_an_hour_before_the_owner_is_warned_alone_and_managers_of_the_team_once_it_is_late(hours, time_machine):
    """Escalation: the owner, then the team's managers; of what nobody has, the managers from the start."""
    team, start = make_team(), MONDAY + dt.timedelta(hours=1)
    time_machine.move_to(start, tick=False)
    SlaPolicy.objects.create(name="All", hours=hours, first_reply_minutes=60)
    agent, boss = make_user(Role.AGENT, team=team), make_user(Role.MANAGER, team=team)
    make_user(Role.MANAGER, name="Of another team", team=make_team())
    owned = make_ticket(owner=agent, team=team, opened_at=start)
    free = make_ticket(team=team, opened_at=start)
    told: list[tuple[int, int, User, str]] = []
    for minutes in (29, 30, 31, 59, 60, 61):
        time_machine.move_to(start + dt.timedelta(minutes=minutes), tick=False)
        watch_promises()
        new = Notice.objects.exclude(pk__in=[pk for pk, *_ in told]).order_by("title", "user")
        told += [(one.pk, minutes, one.user, one.title) for one in new]
    first_reply = "first reply"
    assert [rest for _, *rest in told] == [
        [30, agent, f"{owned.number} is due soon: {first_reply}"],
        [30, boss, f"{free.number} is due soon: {first_reply}"],
        [60, agent, f"{owned.number} is late: {first_reply}"],
        [60, boss, f"{owned.number} is late: {first_reply}"],
        [60, boss, f"{free.number} is late: {first_reply}"],
    ]


def test_changed_promise_reaches_what_is_unsolved(hours):
    ticket = make_ticket()
    assert ticket.due_at is None
    SlaPolicy.objects.create(name="All", hours=hours, first_reply_minutes=60)
    assert [refresh_promises(), refresh_promises()] == [1, 0]
    ticket.refresh_from_db()
    assert ticket.due_for == "first_reply"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("9-17", "are no hours"), ("17:00-09:00", "ends before"), ("09:00-13:00, 12:00-17:00", "do not overlap")],
)
def test_hours_that_cannot_be_are_refused_with_a_sentence(text, sentence):
    with pytest.raises(ValidationError, match=sentence):
        ServiceHours(name="Odd", monday=text).clean()
