"""Tickets and logs of tickets from files, and the map that is read from a log."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest

from contacts.models import Contact
from crm.choices import Role, Scope
from crm.models import AccessRule
from service.actions import reply
from service.models import Queue, Ticket, TicketEvent
from service.process import IMPORTED, OWN, process_map
from tests.factories import make_company, make_contact, make_ticket, make_user, signed_in
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db
HEAD = (
    "external_id,contact_external_id,email,subject,body,kind,priority,queue,status,opened_at,first_reply_at,solved_at"
)
TICKETS = f"""{HEAD}
T1,C1,,Broken pane,Two of twelve,complaint,critical,Claims,resolved,2026-03-02 09:00,2026-03-02 10:00,2026-03-03 10:00
T2,,tom@example.org,Norway?,,question,low,,in progress,2026-03-02 11:00,,
T3,,,Bare,,,,,,,,
T4,C1,,Wrong,,,,,,2026-03-02 11:00,,2026-03-01 11:00
"""
LOG = """CaseID,ActivityID,CompleteTimestamp
2,1,2012-04-03 16:55:38
2,8,2012-04-03 16:55:53
2,6,2012-04-05 17:15:52
3,1,2010-10-29 18:14:06
3,1,2010-10-29 18:14:06
3,9,2010-11-04 01:16:11
3,1,2010-11-05 01:16:11
"""


MAPPED = ("CaseID=ticket_external_id", "ActivityID=event", "CompleteTimestamp=occurred_at")


@pytest.fixture(autouse=True)
def company(db):
    return make_company(time_zone="Europe/Berlin")


@pytest.fixture
def bring(tmp_path):
    """Brings a file of that text in; what became of its rows."""
    return lambda kind, text, **options: brought_in(kind, written(tmp_path, text), **options)


def test_tickets_come_in_with_customer_queue_state_and_way(bring):
    make_contact(external_id="C1", name="Mia Keller", emails=("mia@example.com",))
    result = bring("tickets", TICKETS)
    assert counts(result) == (3, 0, 0, 1)
    assert result.counts.related == {"contacts": 1, "queues": 1}
    one = Ticket.objects.get(external_id="T1")
    assert (one.kind, one.priority, one.queue.name, one.state) == ("complaint", "urgent", "Claims", "solved")
    assert (one.requester_name, one.requester_email) == ("Mia Keller", "mia@example.com")
    assert one.messages.get().text == "Two of twelve"
    assert [(e.event, e.origin) for e in one.events.all()] == [(e, "dates") for e in ("opened", "replied", "solved")]
    two = Ticket.objects.get(external_id="T2")
    assert (two.state, two.contact, two.waiting_since) == (
        "open",
        Contact.objects.get(name="tom@example.org"),
        two.opened_at,
    )
    assert Ticket.objects.get(external_id="T3").subject == "Bare"


def test_same_tickets_again_change_nothing_and_new_words_change_them(bring):
    make_contact(external_id="C1")
    bring("tickets", TICKETS)
    assert counts(bring("tickets", TICKETS)) == (0, 0, 3, 1)
    assert counts(bring("tickets", "external_id,status,solved_at\nT2,closed,2026-03-04 10:00\n")) == (0, 1, 0, 0)
    assert Ticket.objects.get(external_id="T2").state == "closed"
    assert TicketEvent.objects.filter(ticket__external_id="T2", event="solved").count() == 1


def test_log_comes_in_once_with_equal_steps_and_bare_tickets(bring):
    first, again = (bring("ticket_events", LOG, mapped=MAPPED) for _ in range(2))
    assert (counts(first), first.counts.related) == ((7, 0, 0, 0), {"tickets": 2})
    assert counts(again) == (0, 0, 7, 0)
    assert counts(bring("ticket_events", LOG + "3,closed,2010-11-09 01:16:11\n", mapped=MAPPED)) == (1, 0, 7, 0)
    three = Ticket.objects.get(external_id="3")
    assert (three.state, three.subject) == ("solved", "Ticket 3")
    assert three.opened_at == dt.datetime(2010, 10, 29, 16, 14, 6, tzinfo=dt.UTC)


def test_who_reaches_own_tickets_brings_no_log_of_others(bring):
    make_ticket(external_id="T9")
    AccessRule.objects.create(role=Role.REP, model="service.ticket", verb="import", scope=Scope.OWN)
    text = "ticket_external_id,event,occurred_at\nT9,closed,2026-01-01\n"
    assert counts(bring("ticket_events", text, actor=make_user(Role.REP))) == (0, 0, 0, 1)


def test_map_of_a_log_is_what_numpy_finds():
    rng = np.random.default_rng(5)
    ticket_queue = Queue.objects.create(name="Support")
    begin, rows, hours, steps = dt.datetime(2026, 1, 5, tzinfo=dt.UTC), [], [], 0
    for number in range(40):
        ticket = make_ticket(queue=ticket_queue, external_id=f"L{number}")
        moments = [
            begin + dt.timedelta(hours=float(h)) for h in np.cumsum(rng.exponential(30, int(rng.integers(1, 7))))
        ]
        rows += [
            TicketEvent(ticket=ticket, event=str(rng.integers(1, 4)), occurred_at=at, origin="file") for at in moments
        ]
        hours.append((moments[-1] - moments[0]).total_seconds() / 3600)
        steps += len(moments)
    TicketEvent.objects.bulk_create(rows)
    found = process_map(None, log=IMPORTED, zone="UTC")
    assert (found.tickets, found.events) == (40, steps)
    for share in (0.25, 0.5, 0.75, 0.9, 0.95):
        assert found.hours[str(share)] == pytest.approx(np.quantile(hours, share))
    assert found.hours["mean"] == pytest.approx(np.mean(hours))
    assert found.within_week == pytest.approx(np.mean(np.array(hours) <= 168))
    assert sum(move.count for move in found.moves) == steps - 40
    assert sum(step.count for step in found.steps) == steps
    loops = sum(a.event == b.event for a, b in pairwise(rows) if a.ticket_id == b.ticket_id)
    assert sum(move.count for move in found.moves if move.is_loop) == loops


def test_the_map_of_our_own_tickets_has_no_imported_step_and_that_of_a_log_none_of_ours(bring):
    bring("ticket_events", LOG, mapped=MAPPED)
    reply(actor=None, ticket=make_ticket(make_contact(emails=("mia@example.com",))), text="It leaves today.")
    own, imported = (process_map(None, log=log, zone="UTC") for log in (OWN, IMPORTED))
    assert (own.tickets, {step.event for step in own.steps}) == (1, {"opened", "replied"})
    assert (imported.tickets, {step.event for step in imported.steps}) == (2, {"1", "6", "8", "9"})


def test_page_of_the_map_shows_own_steps_and_keeps_to_what_one_sees():
    make_ticket()
    page = signed_in(make_user(Role.AGENT)).get("/tickets/process/").content.decode()
    assert "opened" in page
    assert "No log yet" in signed_in(make_user(Role.REP)).get("/tickets/process/").content.decode()
