"""Merging, its undo, splitting, an open reply: no clock stops while the customer waits, and none runs for nobody."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from crm.choices import Role
from service import actions
from service.models import ServiceHours, SlaPolicy, Ticket
from service.ties.actions import split_ticket
from tests.factories import make_company, make_ticket, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(db):
    make_company(time_zone="UTC")
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "00:00-24:00")
    hours = ServiceHours.objects.create(name="Always", time_zone="UTC", **week)
    SlaPolicy.objects.create(
        name="All", hours=hours, first_reply_minutes=60, next_reply_minutes=30, solution_minutes=600
    )
    return make_user(Role.AGENT)


def due_of(ticket: Ticket) -> tuple[str, str]:
    ticket.refresh_from_db()
    return ticket.state, ticket.due_for


def answered(agent, then: str) -> Ticket:
    ticket = make_ticket(owner=agent)
    actions.reply(actor=agent, ticket=ticket, text="It leaves today.", then=then)
    return ticket


def test_a_ticket_into_which_another_is_merged_is_due_when_it_was(agent):
    ticket, into = make_ticket(opened_at=timezone.now() - dt.timedelta(minutes=5)), make_ticket(owner=agent)
    before = (*due_of(into), into.due_at)
    actions.merge_ticket(actor=agent, ticket=ticket, into=into)
    assert (*due_of(into), into.due_at) == before
    actions.unmerge_ticket(actor=agent, ticket=ticket)
    assert (*due_of(into), into.due_at) == before
    assert due_of(ticket) == ("new", "first_reply")


@pytest.mark.parametrize(("then", "due"), [("waiting", ""), ("solved", ""), ("open", "solution")])
def test_an_unanswered_question_opens_what_it_is_merged_into_and_undone_that_is_what_it_was(agent, then, due):
    ticket, into = make_ticket(), answered(agent, then)
    assert due_of(into) == (then, due)
    actions.merge_ticket(actor=agent, ticket=ticket, into=into)
    assert due_of(into) == ("open", "next_reply")
    assert into.waiting_since is not None
    actions.unmerge_ticket(actor=agent, ticket=ticket)
    assert due_of(into) == (then, due)
    assert (into.waiting_since, into.reopenings) == (None, 0)


@pytest.mark.parametrize("is_closed", [False, True])
def test_an_ended_ticket_keeps_its_end_over_a_merge_and_its_undo(agent, is_closed, time_machine):
    begin = timezone.now().replace(microsecond=0)
    time_machine.move_to(begin, tick=False)
    into = answered(agent, "solved")
    if is_closed:
        time_machine.move_to(begin + dt.timedelta(days=1), tick=False)
        actions.close_ticket(actor=agent, ticket=into)
    into.refresh_from_db()
    before = (into.state, into.solved_at, into.closed_at)
    for day in (30, 31):
        time_machine.move_to(begin + dt.timedelta(days=day), tick=False)
        ticket = make_ticket()
        actions.merge_ticket(actor=agent, ticket=ticket, into=into)
        assert due_of(into) == ("open", "next_reply")
        actions.unmerge_ticket(actor=agent, ticket=ticket)
        assert (*due_of(into), into.solved_at, into.closed_at) == (before[0], "", *before[1:])


def test_what_was_answered_since_stays_so_when_the_merge_is_undone(agent):
    ticket, into = make_ticket(), answered(agent, "waiting")
    actions.merge_ticket(actor=agent, ticket=ticket, into=into)
    actions.reply(actor=agent, ticket=into, text="Both leave today.", then="open")
    actions.unmerge_ticket(actor=agent, ticket=ticket)
    assert due_of(into) == ("open", "solution")


def test_an_answered_duplicate_opens_nothing(agent):
    ticket, into = answered(agent, "waiting"), answered(agent, "solved")
    actions.merge_ticket(actor=agent, ticket=ticket, into=into)
    assert due_of(into) == ("solved", "")


def test_a_reply_that_leaves_a_waiting_ticket_open_goes_on_with_its_solution(agent):
    ticket = answered(agent, "waiting")
    assert due_of(ticket) == ("waiting", "")
    actions.reply(actor=agent, ticket=ticket, text="We look into it again.", then="open")
    assert due_of(ticket) == ("open", "solution")


def test_a_split_gives_nobody_more_time(agent, time_machine):
    begin = timezone.now().replace(microsecond=0)
    time_machine.move_to(begin, tick=False)
    ticket = make_ticket(body="The pane is broken. And where is my invoice?")
    time_machine.move_to(begin + dt.timedelta(minutes=50), tick=False)
    made = split_ticket(actor=agent, ticket=ticket, message=ticket.messages.get(), fields={"subject": "Invoice"})
    assert (made.due_for, made.due_at) == ("first_reply", begin + dt.timedelta(minutes=60))
