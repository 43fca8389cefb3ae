"""The clocks of tickets through every turn that they can take, beside somebody who looks at them each minute.

The second reckoning knows no log: it has the states in which the tickets were seen, and who waited for an answer.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

import pytest
from django.utils import timezone

from crm.choices import Role
from service import actions
from service.choices import DueFor
from service.models import Message, Queue, ServiceHours, SlaPolicy, Ticket
from service.promising import clocks_for, goals_of, policies, policies_for
from service.ties.actions import split_ticket
from tests.factories import make_company, make_ticket, make_user
from tests.service.test_hours import MINUTE, by_minutes

pytestmark = pytest.mark.django_db
FRIDAY = dt.datetime(2026, 3, 27, 8, tzinfo=dt.UTC)  # Berlin changes its clock on Sunday
WORKED_ON = ("new", "open")


@dataclass
class Seen:
    """What was seen of a ticket: since when it is worked on, who asked when, and by whose merge it was opened."""

    worked: list[list[dt.datetime | None]] = field(default_factory=list)
    asked: dt.datetime | None = None
    is_answered: bool = False
    waits: bool = True
    opened_by: int | None = None
    replies: list[tuple[str, dt.datetime, dt.datetime]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return DueFor.NEXT_REPLY if self.is_answered else DueFor.FIRST_REPLY

    def stop(self, now: dt.datetime) -> None:
        if self.asked is not None:
            self.replies.append((self.kind, self.asked, now))
        self.asked, self.waits, self.opened_by = None, False, None

    def look(self, state: str, now: dt.datetime) -> None:
        is_on = bool(self.worked) and self.worked[-1][1] is None
        if state in WORKED_ON and not is_on:
            self.worked.append([now, None])
        elif state not in WORKED_ON and is_on:
            self.worked[-1][1] = now


class Desk:
    """Tickets, and what happens to them at random."""

    def __init__(self, seed: int, clock) -> None:
        self.dice, self.clock, self.now = random.Random(seed), clock, FRIDAY
        self.clock.move_to(self.now, tick=False)
        self.agent = make_user(Role.AGENT)
        self.seen: dict[int, Seen] = {}
        for _ in range(3):
            self.opens()

    def opens(self, ticket: Ticket | None = None) -> None:
        made = ticket or make_ticket(queue=self.dice.choice(list(Queue.objects.all())))
        self.seen[made.pk] = Seen([[made.opened_at, None]], made.opened_at)

    def turn(self) -> None:
        self.now += self.dice.randint(1, 700) * MINUTE
        self.clock.move_to(self.now, tick=False)
        ticket = Ticket.objects.get(pk=self.dice.choice(list(self.seen)))
        others = [one for one in Ticket.objects.filter(merged_into=None) if one.pk != ticket.pk]
        seen = self.seen[ticket.pk]
        if ticket.is_merged:
            self.unmerges(ticket, seen)
        else:
            names = "writes replies replies changes changes merges solves reopens splits writes closes".split()
            getattr(self, self.dice.choice(names))(ticket, seen, *([others] if others else [[]]))
        for row in Ticket.objects.filter(pk__in=self.seen):
            self.seen[row.pk].look(row.state, self.now)

    def writes(self, ticket: Ticket, seen: Seen, _) -> None:
        if ticket.state != "closed":
            actions.take_message(actor=None, ticket=ticket, text="And now?")
            seen.asked, seen.waits, seen.opened_by = seen.asked or self.now, True, None

    def replies(self, ticket: Ticket, seen: Seen, _) -> None:
        if ticket.state != "closed":
            actions.reply(
                actor=self.agent, ticket=ticket, text="So.", then=self.dice.choice(["waiting", "open", "solved"])
            )
            seen.stop(self.now)
            seen.is_answered = True

    def changes(self, ticket: Ticket, _seen: Seen, _) -> None:
        fields = {"queue": self.dice.choice(list(Queue.objects.all())), "priority": self.dice.choice(["low", "urgent"])}
        actions.change_ticket(actor=self.agent, ticket=ticket, version=ticket.version, fields=fields)

    def solves(self, ticket: Ticket, seen: Seen, _) -> None:
        if ticket.is_unsolved:
            actions.solve_ticket(actor=self.agent, ticket=ticket)
            seen.stop(self.now)

    def closes(self, ticket: Ticket, seen: Seen, _) -> None:
        if ticket.state == "solved":
            actions.close_ticket(actor=self.agent, ticket=ticket)
            seen.stop(self.now)

    def reopens(self, ticket: Ticket, seen: Seen, _) -> None:
        if not ticket.is_unsolved:
            actions.reopen_ticket(actor=self.agent, ticket=ticket)
            seen.waits, seen.opened_by = True, None

    def splits(self, ticket: Ticket, _seen: Seen, _) -> None:
        message = Message.objects.filter(ticket=ticket, kind="in").last()
        made = split_ticket(actor=self.agent, ticket=ticket, message=message, fields={"subject": "The second matter"})
        assert made.opened_at == message.recorded_at
        self.opens(made)

    def merges(self, ticket: Ticket, seen: Seen, others: list[Ticket]) -> None:
        if others:
            into = self.dice.choice(others)
            actions.merge_ticket(actor=self.agent, ticket=ticket, into=into)
            other = self.seen[into.pk]
            other.opened_by = None
            if seen.waits and not other.waits:
                other.asked, other.waits, other.opened_by = other.asked or self.now, True, ticket.pk
            seen.stop(self.now)

    def unmerges(self, ticket: Ticket, seen: Seen) -> None:
        other = self.seen[ticket.merged_into_id]
        actions.unmerge_ticket(actor=self.agent, ticket=ticket)
        seen.asked, seen.waits = self.now, True
        if other.opened_by == ticket.pk:
            other.asked, other.waits, other.opened_by = None, False, None


def ends(hours, start: dt.datetime, left: dt.timedelta) -> dt.datetime:
    """When so much working time is over, minute after minute."""
    while left > dt.timedelta():
        left -= by_minutes(hours, start, start + MINUTE)
        start += MINUTE
    return start


@pytest.fixture
def house(db):
    make_company(time_zone="Europe/Berlin")
    days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "08:00-12:00, 13:00-17:30")
    berlin = ServiceHours.objects.create(name="Berlin", time_zone="Europe/Berlin", **days, holidays=["2026-03-30"])
    week = dict.fromkeys((*days, "saturday", "sunday"), "00:00-24:00")
    york = ServiceHours.objects.create(name="New York", time_zone="America/New_York", **{**week, "sunday": ""})
    first, second = Queue.objects.create(name="First", position=1), Queue.objects.create(name="Second", position=2)
    rows = (("Urgent", york, None, "urgent", 30, 60, 300), ("First", berlin, first, "", 240, 120, 960),
            ("Second", york, second, "", 600, None, 1_800))  # fmt: skip
    for place, (name, hours, queue, priority, reply, following, solution) in enumerate(rows, start=1):
        SlaPolicy.objects.create(
            name=name, position=place, hours=hours, queue=queue, priority=priority, first_reply_minutes=reply,
            next_reply_minutes=following, solution_minutes=solution,
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(14))
def test_clocks_are_those_of_who_looks_each_minute(house, time_machine, seed):
    desk = Desk(seed, time_machine)
    for _ in range(14):
        desk.turn()
    assert timezone.now() == desk.now
    tickets = list(Ticket.objects.order_by("pk"))
    promised = policies_for(tickets, policies())
    for ticket, policy, clocks in zip(tickets, promised, clocks_for(tickets, promised), strict=True):
        seen, hours, goals = desk.seen[ticket.pk], policy.hours.working, goals_of(policy)
        spent = sum((by_minutes(hours, a, b) for a, b in seen.worked if b is not None), dt.timedelta())
        told = [(one.kind, one.spent) for one in clocks if one.kind != DueFor.SOLUTION and one.stopped_at is not None]
        assert told == [(kind, by_minutes(hours, a, b)) for kind, a, b in seen.replies if kind in goals], ticket.number
        [solution] = [one for one in clocks if one.kind == DueFor.SOLUTION]
        assert solution.spent == spent, ticket.number
        running = []
        if ticket.is_unsolved and seen.asked is not None and seen.kind in goals:
            running.append((ends(hours, seen.asked, goals[seen.kind]), 0, seen.kind))
        if ticket.state in WORKED_ON:
            since = seen.worked[-1][0]
            running.append((ends(hours, since, goals[DueFor.SOLUTION] - spent), 1, DueFor.SOLUTION))
        due, _, kind = min(running, default=(None, 0, ""))
        assert (ticket.due_at, ticket.due_for) == (due, kind), (ticket.number, ticket.state)
