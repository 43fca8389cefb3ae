"""A call becomes a ticket by keys alone; its second matter is split off, merged again, and taken apart."""

import pytest
from playwright.sync_api import Page, expect

from crm.choices import Role
from service.models import Ticket
from tests import factories as make
from tests.browser.test_customers import enter

pytestmark = pytest.mark.django_db(transaction=True)


def at_rest(page: Page) -> None:
    page.wait_for_load_state("networkidle")


def test_a_call_is_a_ticket_and_its_second_matter_another_by_keys_alone(page: Page, live_server):
    make.make_company()
    petra = make.make_user(Role.AGENT, name="Petra Lindqvist", team=make.make_team(name="Service"))
    mia = make.make_contact(name="Mia Keller", emails=("mia@example.com",))
    make.make_contact(name="Ada Okafor", emails=("ada@okafor.example",))
    enter(page, live_server, petra)
    page.goto(live_server.url)
    at_rest(page)

    page.keyboard.type("nk")
    page.wait_for_url("**/tickets/new/")
    at_rest(page)
    page.keyboard.type("Kell")  # the field of the customer has the focus, and looks up what is typed at once
    expect(page.locator(".ts-dropdown [role=option]")).to_have_text("Mia Keller")
    page.keyboard.press("Enter")
    page.get_by_label("What they said").focus()
    page.keyboard.type("A pane is broken. And where is the invoice?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="A pane is broken.")).to_be_visible()
    ticket = Ticket.objects.get()
    assert (ticket.contact, ticket.channel, ticket.requester_email) == (mia, "phone", "mia@example.com")

    at_rest(page)
    page.get_by_role("link", name="Split off").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/split/**")
    at_rest(page)
    page.keyboard.type("Invoice is missing")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Invoice is missing")).to_be_visible()
    second = Ticket.objects.get(subject="Invoice is missing")
    assert (second.contact, second.opened_at) == (mia, ticket.messages.get().recorded_at)

    at_rest(page)
    page.get_by_role("link", name="Merge", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/merge/")
    at_rest(page)
    page.keyboard.type(ticket.number)
    expect(page.locator(".ts-dropdown [role=option]")).to_contain_text("A pane is broken")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="A pane is broken.")).to_be_visible()
    second.refresh_from_db()
    assert (second.merged_into, second.state) == (ticket, "closed")

    page.goto(f"{live_server.url}{second.get_absolute_url()}")
    page.get_by_role("button", name="Take it apart again").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take it apart again")).to_have_count(0)
    expect(page.locator(".pills").get_by_text("New")).to_be_visible()
    second.refresh_from_db()
    assert (second.merged_into, second.state) == (None, "new")
