"""An agent at the desk: a new ticket answered with a canned reply and closed, by the shortest way."""

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.choices import Role
from crm.models import OutgoingMail
from service.models import Macro, TicketIntake
from service.routing.actions import create_routing_rule
from service.ties.actions import link_tickets, watch_ticket
from tests import factories as make
from tests.browser.hand import Hand
from tests.browser.tasks.counts import count
from tests.browser.test_customers import enter
from tests.browser.test_shell import SIZES, faults_of


@pytest.fixture
def petra(transactional_db):
    make.make_company(name="Frames & Co")
    return make.make_user(Role.AGENT, name="Petra Lindqvist", team=make.make_team(name="Service"))


def test_a_ticket_is_answered_by_a_macro_and_solved_with_one_click_and_two_groups_of_keys(
    page: Page, live_server, petra
):
    Macro.objects.create(
        name="On its way", code="on-its-way", reach="all", tags=["place"], text="Hello {{first_name|there}}, it leaves."
    )
    Macro.objects.create(name="Other", code="other", reach="all", text="No.")
    ticket = make.make_ticket(subject="Where is my frame?", owner=petra)
    enter(page, live_server, petra)
    page.goto(f"{live_server.url}/")
    page.wait_for_load_state("networkidle")
    hand = Hand(page)
    hand.click(page.get_by_role("link", name="Where is my frame?"))
    page.wait_for_load_state("networkidle")
    hand.type("/on-its", "Enter")
    expect(page.locator("#reply-text")).to_have_value("Hello Mia, it leaves.")
    expect(page.locator("[data-macro-chosen]")).to_contain_text("tag place")
    hand.press("Control+Shift+Enter")
    expect(page.locator("#toasts")).to_contain_text("Sent.")
    count(6, "keys", hand)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.tags) == ("solved", ["place"])
    assert OutgoingMail.objects.get().text.startswith("Hello Mia, it leaves.")


@pytest.mark.parametrize(("colours", "size"), [("light", "wide"), ("dark", "phone")])
def test_pages_of_the_desk_have_no_accessibility_fault(browser: Browser, live_server, petra, colours, size):
    boss = make.make_user(Role.MANAGER, name="Mia Keller", team=petra.team)
    text = "Hello {{first_name|there}}, it leaves today."
    Macro.objects.create(name="On its way", code="on-its-way", reach="all", text=text, used_count=3)
    Macro.objects.create(name="To claims", code="claims", reach="own", owner=boss, priority="urgent", tags=["process"])
    create_routing_rule(actor=None, fields={"name": "Glass", "skills": ["glass"], "words": ["pane"]}, people=[petra])
    TicketIntake.objects.create(user=petra, capacity=5, skills=["glass"], is_paused=True)
    ticket, other = make.make_ticket(subject="Pane came broken"), make.make_ticket(subject="The pane is broken, too")
    link_tickets(actor=boss, ticket=other, other=ticket, kind="incident")
    watch_ticket(actor=petra, ticket=ticket)
    paths = [ticket.get_absolute_url(), "/tickets/figures/", "/tickets/routing/", "/tickets/routing/rules/new/"]
    paths += ["/tickets/macros/", "/tickets/macros/new/"]
    paths += [f"/tickets/{ticket.pk}/{part}/" for part in ("macros", "split", "links/new", "incidents", "replies/new")]
    with browser.new_context(viewport=SIZES[size], color_scheme=colours) as context:
        page = context.new_page()
        enter(page, live_server, boss)
        faults = {path: faults_of(page, live_server.url + path) for path in paths}
    assert {path: found for path, found in faults.items() if found} == {}


def test_who_else_writes_is_seen_without_a_reload(page: Page, browser: Browser, live_server, petra):
    ticket, deniz = make.make_ticket(), make.make_user(Role.AGENT, name="Deniz Demir", team=petra.team)
    with browser.new_context() as context:
        other = context.new_page()
        enter(other, live_server, deniz)
        other.goto(live_server.url + ticket.get_absolute_url())
        other.locator("#reply-text").fill("It leaves")
        other.wait_for_load_state("networkidle")
        enter(page, live_server, petra)
        page.goto(live_server.url + ticket.get_absolute_url())
        expect(page.locator("[data-presence]")).to_contain_text("Deniz Demir is")
