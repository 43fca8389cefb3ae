"""Whose owner goes away: the tickets go back to their queues, are given away anew, who is concerned is told once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from crm.choices import Role
from crm.handover import deactivate_person, run_handover, start_handover
from crm.jobs import SilentProgress
from crm.models import JobRun, LogEntry, Notice, Team
from leads.models import Intake
from service.actions import change_ticket, reply, take_message
from service.models import Queue, Ticket, TicketEvent, TicketWatcher
from service.routing.actions import create_routing_rule, sweep_unrouted
from service.routing.leaving import return_tickets
from tests.factories import make_ticket, make_user

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def house():
    """A queue with its team, Ann who goes, Ben and Cem who stay, Vic who watches from another team."""
    team, other = Team.objects.create(name="Service"), Team.objects.create(name="Sales")
    Queue.objects.create(name="Support", team=team)
    people = {name: make_user(Role.AGENT, name=name, team=team) for name in ("Ann", "Ben", "Cem")}
    return people | {"Vic": make_user(Role.MANAGER, name="Vic", team=other), "Max": make_user(Role.ADMIN, name="Max")}


def titles(person) -> list[str]:
    return list(Notice.objects.filter(user=person).values_list("title", flat=True))


def log_of(ticket) -> list[str]:
    return [str(one) for one in TicketEvent.objects.filter(ticket=ticket)]


def as_now(ticket) -> tuple:
    return Ticket.objects.values_list("owner__name", "state", "team__name").get(pk=ticket.pk)


def test_who_may_not_sign_in_any_more_leaves_no_ticket_behind(house):
    ann, ben, cem = house["Ann"], house["Ben"], house["Cem"]
    open_one, waiting, solved = (make_ticket(owner=ann, subject=name) for name in ("Frames", "Oak", "Done"))
    Ticket.objects.filter(pk=solved.pk).update(state="solved", waiting_since=None)
    reply(actor=ann, ticket=waiting, text="Which size?")
    unseeing = make_user(Role.REP, name="Ray", team=house["Vic"].team)
    for person in (house["Vic"], unseeing):
        TicketWatcher.objects.create(ticket=open_one, user=person)
    deactivate_person(actor=house["Max"], user=ann)
    assert set(return_tickets()) == {open_one.pk, waiting.pk}
    assert [as_now(one) for one in (open_one, waiting, solved)] == [
        (None, "new", "Service"), (None, "waiting", "Service"), ("Ann", "solved", "Service"),
    ]  # fmt: skip
    assert log_of(open_one)[-1] == "returned: Ann may not sign in any more"
    assert LogEntry.objects.get(verb="return").summary == "2 tickets back to the queue: Ann may not sign in any more"
    assert titles(ben) == titles(cem) == ["2 tickets are back in the queue: Ann may not sign in any more"]
    assert titles(house["Vic"])[0] == f"#{open_one.pk}, Frames: is back in the queue: Ann may not sign in any more"
    assert titles(unseeing) == []
    create_routing_rule(actor=None, fields={"name": "All"}, people=[ben])
    assert sweep_unrouted() == 1
    assert as_now(open_one)[:2] == ("Ben", "open")
    take_message(actor=None, ticket=waiting, text="The large one")
    assert (sweep_unrouted(), as_now(waiting)[:2]) == (1, ("Ben", "open"))
    assert (len(titles(cem)), len(titles(house["Vic"]))) == (1, 1)


def test_who_is_out_of_office_keeps_what_waits_for_the_customer_and_what_is_given_to_them_all_the_same(house):
    ann, max_ = house["Ann"], house["Max"]
    old, waiting, given = (make_ticket(owner=ann, opened_at=timezone.now() - 9 * DAY) for _ in range(3))
    Ticket.objects.filter(pk=waiting.pk).update(state="waiting", waiting_since=None)
    today = timezone.localdate()
    Intake.objects.create(user=ann, away_from=today - 2 * DAY, away_until=today + 5 * DAY)
    create_routing_rule(actor=None, fields={"name": "All"}, people=[ann, house["Ben"]])
    change_ticket(actor=max_, ticket=given, version=given.version, fields={"owner": house["Cem"]})
    given.refresh_from_db()
    change_ticket(actor=max_, ticket=given, version=given.version, fields={"owner": ann})
    assert sweep_unrouted() == 1
    assert [as_now(one)[:2] for one in (old, waiting, given)] == [("Ben", "open"), ("Ann", "waiting"), ("Ann", "open")]
    assert log_of(old)[-2].startswith("returned: Ann is out of office until ")
    assert titles(ann)[0].startswith(f"#{old.pk}, ")
    assert sweep_unrouted() == 0
    take_message(actor=None, ticket=waiting, text="Here you are")
    assert (sweep_unrouted(), as_now(waiting)[0]) == (1, "Ben")
    Intake.objects.filter(user=ann).update(away_until=today - DAY)
    change_ticket(actor=max_, ticket=old, version=Ticket.objects.get(pk=old.pk).version, fields={"owner": ann})
    assert (return_tickets(), as_now(old)[0]) == ([], "Ann")


def test_a_hand_over_stands_in_the_log_of_each_ticket_and_what_is_nobodys_is_given_away(house):
    ann, ben = house["Ann"], house["Ben"]
    tickets = [make_ticket(owner=ann) for _ in range(2)]
    TicketWatcher.objects.create(ticket=tickets[0], user=house["Vic"])
    job = start_handover(actor=house["Max"], user=ann, to=ben, team=None)
    run_handover(job, SilentProgress())
    assert [as_now(one) for one in tickets] == [("Ben", "open", "Service")] * 2
    assert log_of(tickets[1])[-1] == "assigned to Ben, handed over by Ann"
    assert titles(ben) == ["2 tickets of Ann are Ben’s now"]
    assert titles(house["Vic"]) == [f"#{tickets[0].pk}, {tickets[0].subject}: of Ann is Ben’s now"]
    run_handover(JobRun.objects.get(pk=job.pk), SilentProgress())
    assert len(titles(ben)) == 1
    again = start_handover(actor=house["Max"], user=ben, to=None, team=house["Vic"].team)
    run_handover(again, SilentProgress())
    assert [as_now(one) for one in tickets] == [(None, "new", "Sales")] * 2
    assert log_of(tickets[0])[-1] == "returned: Ben handed all over"
    create_routing_rule(actor=None, fields={"name": "All"}, people=[house["Cem"]])
    assert (sweep_unrouted(), as_now(tickets[0])[0]) == (2, "Cem")


def test_many_tickets_of_a_leaver_take_no_query_each(house, django_assert_max_num_queries):
    for _ in range(60):
        make_ticket(owner=house["Ann"])
    deactivate_person(actor=house["Max"], user=house["Ann"])
    with django_assert_max_num_queries(40):
        assert len(return_tickets()) == 60
