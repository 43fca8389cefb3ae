"""The figures of service beside numbers that were counted by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from crm.choices import Role
from service.figures import service_figures
from service.models import Message, Queue, ServiceHours, SlaPolicy, Ticket, TicketEvent
from tests.factories import make_company, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def told(hours_ago: float, reply: float, solved: float, replies: int = 1, **fields) -> Ticket:
    """A solved ticket: hours until the reply and until it was solved."""
    opened = NOW - dt.timedelta(hours=hours_ago)
    ticket = make_ticket(**{name: fields.pop(name) for name in ("queue", "kind", "tags") if name in fields})
    moments = {"first_reply_at": opened + dt.timedelta(hours=reply), "solved_at": opened + dt.timedelta(hours=solved)}
    Ticket.objects.filter(pk=ticket.pk).update(
        opened_at=opened, state="solved", waiting_since=None, **moments, **fields
    )
    Message.objects.bulk_create(Message(ticket=ticket, kind="out", text="Hello") for _ in range(replies))
    return ticket


def test_figures_are_those_of_the_tickets_opened_in_the_period():
    claims = Queue.objects.create(name="Claims")
    told(100, 1, 10)
    told(100, 2, 20, replies=2, kind="complaint", tags=["product", "place"])
    told(100, 3, 30, reopenings=1, kind="complaint", tags=["product"])
    told(24 * 40, 50, 500)
    make_ticket()
    found = service_figures(None, since=NOW - dt.timedelta(days=30))
    whole = found.whole
    assert (whole.opened, whole.solved) == (4, 3)
    assert (whole.first_contact, whole.reopened) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert (whole.reply_half, whole.solve_half) == (pytest.approx(2), pytest.approx(20))
    assert whole.solve_most == pytest.approx(28)
    assert [(line.name, line.opened) for line in found.queues] == [("Claims", 4)]
    assert found.queues[0].name == claims.name
    assert dict(found.tags) == {"product": 2, "place": 1}
    assert found.backlog[0] == ("under a day", 1)


def test_promises_are_reckoned_from_the_log():
    make_company(time_zone="UTC")
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "00:00-24:00")
    hours = ServiceHours.objects.create(name="Always", time_zone="UTC", **week)
    SlaPolicy.objects.create(name="All", hours=hours, first_reply_minutes=60)
    for minutes in (30, 90):
        ticket = make_ticket(opened_at=NOW - dt.timedelta(hours=5))
        at = ticket.opened_at + dt.timedelta(minutes=minutes)
        TicketEvent.objects.create(ticket=ticket, event="replied", occurred_at=at)
    make_ticket(opened_at=NOW - dt.timedelta(hours=5))
    make_ticket()
    (promise,) = service_figures(None, since=NOW - dt.timedelta(days=1)).promises
    assert (promise.kind, promise.count, promise.kept) == ("first_reply", 3, 1)


def test_page_shows_them_to_who_sees_tickets():
    told(30, 1, 2)
    page = signed_in(make_user(Role.AGENT)).get("/tickets/figures/?days=7").content.decode()
    assert "Solved at first contact" in page
    assert "100.0%" in page
    assert "No tickets in this time" in signed_in(make_user(Role.REP)).get("/tickets/figures/").content.decode()
