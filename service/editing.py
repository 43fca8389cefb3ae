"""What can be changed of tickets from their list, one cell or many rows at a time. The state changes by steps."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from crm.bulk.editing import EditField, Editing
from crm.models import Team, User
from service.actions import change_ticket
from service.choices import Priority, TicketKind
from service.forms import agents_to_give, teams_to_give
from service.keeping import refresh_tickets
from service.models import Queue, Ticket
from service.queries import search_tickets


def _people(user: User) -> QuerySet[User]:
    return agents_to_give(user, Ticket())


def _teams(user: User) -> QuerySet[Team]:
    return teams_to_give(user, Ticket())


def change(*, record: Ticket, **given: Any) -> Ticket:
    return change_ticket(ticket=record, **given)


EDITING = Editing(
    "ticket",
    (
        EditField("source", "source"),
        EditField("owner", "owner", offered=_people, by_charge=True),
        EditField("team", "team", offered=_teams, by_charge=True),
        EditField("priority", "priority", choices=lambda: Priority.choices),
        EditField("queue", "queue", offered=Queue.objects.visible_to),
        EditField("kind", "kind", choices=lambda: TicketKind.choices),
        EditField("tags", "tags"),
    ),
    change=change,
    after=refresh_tickets,
    search=search_tickets,
    tags="tags",
    archived_at="",
    custom=True,
)
