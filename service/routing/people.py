"""Who can take tickets right now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count

from crm.agenda.timing import zone_of
from crm.models import User
from leads.allocation.choosing import Seat
from leads.models import Intake
from service.choices import TicketState
from service.models import RoutingRule, RoutingTurn, Ticket, TicketIntake

AT_WORK = (TicketState.NEW, TicketState.OPEN)  # what waits for the customer takes nobody's time


class People:
    """Everybody who is active, with their hours, languages, skills, room, and the tickets that they are at."""

    def __init__(self, now: dt.datetime) -> None:
        self.users: dict[int, User] = {user.pk: user for user in User.objects.filter(is_active=True)}
        self.hours = {one.user_id: one for one in Intake.objects.all()}
        self.intakes = {one.user_id: one for one in TicketIntake.objects.all()}
        rows = Ticket.objects.filter(state__in=AT_WORK, owner__isnull=False).order_by()
        self.open_counts: dict[int, int] = dict(rows.values_list("owner").annotate(n=Count("pk")))
        self.now = now

    def is_there(self, user_id: int) -> bool:
        """At work, not away, and takes tickets for now."""
        if user_id not in self.users:
            return False
        intake, hours = self.intakes.get(user_id), self.hours.get(user_id)
        if intake is not None and intake.is_paused:
            return False
        return hours is None or hours.works_at(self.now.astimezone(zone_of(self.users[user_id])))

    def knows(self, user_id: int, skills: Iterable[str]) -> bool:
        intake = self.intakes.get(user_id)
        known = {skill.casefold() for skill in (intake.skills if intake else ())}
        return all(skill.casefold() in known for skill in skills)

    def speaks(self, user_id: int, language: str) -> bool:
        hours = self.hours.get(user_id)
        return bool(hours and language and language in hours.languages)

    def seats(self, rule: RoutingRule, excluded: Iterable[int] = ()) -> dict[int, Seat]:
        """The people of a rule who are there and know what it takes, by id."""
        turns = RoutingTurn.objects.filter(rule=rule).exclude(user__in=set(excluded)).order_by("order", "id")
        return {
            turn.user_id: self._seat(turn)
            for turn in turns
            if self.is_there(turn.user_id) and self.knows(turn.user_id, rule.skills)
        }

    def _seat(self, turn: RoutingTurn) -> Seat:
        intake, count = self.intakes.get(turn.user_id), self.open_counts.get(turn.user_id, 0)
        return Seat(turn.user_id, self.users[turn.user_id].name, turn.order, count, intake.capacity if intake else None)
