"""The figures of service beside numbers that were counted by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.choices import Role
from service.figures import service_figures
from service.marks import DIMENSIONS, condition
from service.models import Message, Queue, ServiceHours, SlaPolicy, Ticket, TicketEvent, TouchCost
from tests.factories import make_company, make_ticket, make_user, signed_in

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = NOW.date()


def told(hours_ago: float, reply: float, solved: float, replies: int = 1, **fields) -> Ticket:
    """A solved ticket: hours until the reply and until it was solved."""
    opened = NOW - dt.timedelta(hours=hours_ago)
    ticket = make_ticket(**{name: fields.pop(name) for name in ("queue", "kind", "tags", "channel") if name in fields})
    moments = {"first_reply_at": opened + dt.timedelta(hours=reply), "solved_at": opened + dt.timedelta(hours=solved)}
    Ticket.objects.filter(pk=ticket.pk).update(
        opened_at=opened, state="solved", waiting_since=None, **moments, **fields
    )
    Message.objects.bulk_create(Message(ticket=ticket, kind="out", text="Hello") for _ in range(replies))
    return ticket


def test_figures_are_those_of_the_tickets_opened_in_the_period():
    claims = Queue.objects.create(name="Claims")
    first = told(100, 1, 10)
    merged = told(100, 9, 90, kind="complaint", tags=["price"])
    Ticket.objects.filter(pk=merged.pk).update(merged_into=first, state="closed", closed_at=NOW)
    told(100, 2, 20, replies=2, kind="complaint", tags=["product", "place"])
    told(100, 3, 30, reopenings=1, kind="complaint", tags=["product"])
    told(24 * 40, 50, 500)
    make_ticket()
    found = service_figures(None, since=TODAY - dt.timedelta(days=30))
    whole = found.whole
    assert (whole.opened, whole.solved) == (4, 3)
    assert (whole.first_contact, whole.reopened) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert (whole.reply_half, whole.solve_half) == (pytest.approx(2), pytest.approx(20))
    assert (whole.reply_most, whole.solve_most) == (pytest.approx(2.8), pytest.approx(28))
    assert [(line.name, line.opened) for line in found.lines] == [("Claims", 4)]
    assert found.lines[0].name == claims.name
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
    (promise,) = service_figures(None, since=TODAY - dt.timedelta(days=1)).promises
    assert (promise.kind, promise.count, promise.kept) == ("first_reply", 3, 1)


def test_page_shows_them_to_who_sees_tickets():
    told(30, 1, 2)
    page = signed_in(make_user(Role.AGENT)).get("/tickets/figures/?days=7").content.decode()
    assert "Solved at first contact" in page
    assert "100.0\N{NO-BREAK SPACE}%" in page
    assert "A ticket costs" not in page
    assert "No tickets in this time" in signed_in(make_user(Role.REP)).get("/tickets/figures/").content.decode()


def test_each_figure_leads_to_exactly_its_tickets():
    make_company(time_zone="UTC", currency="EUR")
    TouchCost.objects.create(channel="phone", ticket_amount=4, reply_amount=Decimal("2.50"))
    agent, boss = make_user(Role.AGENT, name="Petra"), make_user(Role.MANAGER)
    told(100, 1, 10, owner=agent, channel="phone")
    told(100, 2, 20, replies=2, owner=agent, channel="phone")
    told(100, 3, 30, reopenings=1)
    make_ticket()
    browser = signed_in(boss)
    for by in DIMENSIONS:
        found = service_figures(None, since=TODAY - dt.timedelta(days=30), by=by)
        assert sum(line.opened for line in found.lines) == 4
        for line in (found.whole, *found.lines):
            wanted = {
                "opened": line.opened,
                "solved": line.solved,
                "first_contact": round((line.first_contact or 0) * line.solved),
                "reopened": round((line.reopened or 0) * line.solved),
            }
            for figure, count in wanted.items():
                mark = f"{figure}|{TODAY - dt.timedelta(days=30)}|{by if line is not found.whole else ''}|{line.key}"
                assert Ticket.objects.filter(condition(mark)).count() == count, mark
    touched = service_figures(None, since=TODAY - dt.timedelta(days=9), by="channel").lines
    assert {line.name: line.cost for line in touched} == {"Phone": Decimal("7.75"), "E-mail": 0}
    page = browser.get("/tickets/figures/?days=30&by=owner").content.decode()
    assert "A ticket costs" in page
    links = (part.split('"')[0] for part in page.split('href="'))
    link = next(one for one in links if "first_contact" in one and one.endswith(f"owner%7C{agent.pk}"))
    listed = browser.get(link.replace("&amp;", "&")).content.decode()
    assert "Petra, opened since" in listed
    assert browser.get("/tickets/?counted=opened|x||").status_code == 400


def test_unsolved_on_each_evening_is_reckoned_back_from_now():
    make_company(time_zone="UTC")
    told(24 * 3, 1, 24)
    told(24 * 3, 1, 48)
    make_ticket(opened_at=NOW - dt.timedelta(days=2))
    evenings = service_figures(None, since=TODAY - dt.timedelta(days=4)).evenings
    assert [(one.day, one.opened, one.solved, one.unsolved) for one in evenings] == [
        (TODAY - dt.timedelta(days=back), *figures)
        for back, figures in ((4, (0, 0, 0)), (3, (2, 0, 2)), (2, (1, 1, 2)), (1, (0, 1, 1)), (0, (0, 0, 1)))
    ]
    for one in evenings:
        assert Ticket.objects.filter(condition(f"backlog|{one.day}||")).count() == one.unsolved
