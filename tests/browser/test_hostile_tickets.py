"""Every text of a ticket full of payloads, on every page that shows it: nothing runs, nothing loads (S7, S8)."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Page

from crm.choices import Role
from service import actions
from service.models import Queue, Ticket
from service.remedies.actions import compensate
from tests import factories as make
from tests.browser.test_customers import enter
from tests.foreign.payloads import PAYLOADS, TRIP
from tests.foreign.test_html_in_browser import HOOK, TOUCH_EVERYTHING
from tests.incoming.conftest import letter, make_mailbox, receive

PAGES = ("/", "/tickets/", "/tickets/?at_hand=unsolved", "/tickets/figures/", "/tickets/process/", "/compensations/",
         "/compensations/figures/", "/search/?q=alert")  # fmt: skip


def hostile(place: int) -> str:
    """One of the payloads, in one line."""
    return " ".join(str(PAYLOADS[place % len(PAYLOADS)]).split())


def test_no_text_of_a_ticket_runs_or_loads_anything(page: Page, live_server, transactional_db):
    make.make_company()
    assert len(PAYLOADS) >= 60
    team = make.make_team(name=hostile(1)[:80])
    boss = make.make_user(Role.MANAGER, name=hostile(2)[:150], team=team)
    agent = make.make_user(Role.AGENT, name=hostile(3)[:150], team=team, manager=boss)
    box = make_mailbox(purpose="service")
    Queue.objects.create(name=hostile(4)[:120], mailbox=box, team=team)
    customer = make.make_contact(name=hostile(5)[:300], emails=("mia@example.com",))
    for start in range(0, len(PAYLOADS), 10):
        words = "\n".join(hostile(start + step) for step in range(10))
        name = hostile(start + 1).replace('"', "'").replace("\\", "/")[:150]
        raw = letter(
            f'"{name}" <mia@example.com>', subject=hostile(start), text=words, html=f"<p>{words}</p>",
            files=[(hostile(start + 2)[:80], b"x")],
        )  # fmt: skip
        receive(raw, box)
    tickets = list(Ticket.objects.order_by("pk"))
    for place, ticket in enumerate(tickets):
        Ticket.objects.filter(pk=ticket.pk).update(
            contact=customer, source=hostile(place)[:120], tags=[hostile(place + 1)[:60]], owner=agent,
            kind="complaint", external_id=f"{place}{hostile(place + 2)}"[:200], requester_name=hostile(place + 3)[:200],
        )  # fmt: skip
        ticket.refresh_from_db()
        actions.add_note(actor=agent, ticket=ticket, text=hostile(place + 4))
    given = compensate(actor=agent, ticket=tickets[0], remedy="credit", amount=Decimal(5), reason=hostile(6)[:500])
    asked = compensate(actor=agent, ticket=tickets[1], remedy="refund", amount=Decimal(80), reason=hostile(7)[:500])

    hits: list[str] = []
    page.add_init_script(HOOK)
    page.on("request", lambda request: hits.append(request.url) if TRIP in request.url else None)
    enter(page, live_server, boss)
    addresses = [*PAGES, given.get_absolute_url(), asked.get_absolute_url(), customer.get_absolute_url()]
    addresses += [f"{tickets[0].get_absolute_url()}{end}" for end in ("edit/", "merge/", "compensations/new/")]
    addresses += [ticket.get_absolute_url() for ticket in tickets]
    addresses += [f"/tickets/messages/{tickets[0].messages.filter(kind='in').get().pk}/"]
    for address in addresses:
        page.goto(f"{live_server.url}{address}")
        assert page.evaluate("window.hits") == [], address
    page.goto(f"{live_server.url}{tickets[0].get_absolute_url()}")
    page.evaluate(TOUCH_EVERYTHING.replace("element.click && ", "false && "))
    assert page.evaluate("window.hits") == []
    assert hits == []
