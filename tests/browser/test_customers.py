"""A rep's day in the browser: find a customer, log a call, write a contact and an order, archive and bring back."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from contacts.models import Contact
from crm.choices import Role
from crm.models import User
from orders.models import Order
from tests import factories as make
from tests.browser.test_shell import faults_of


@pytest.fixture
def rosa(transactional_db) -> User:
    make.make_company()
    return make.make_user(Role.REP, name="Rosa Rep", team=make.make_team(name="North"))


def enter(page: Page, live_server, user: User) -> None:
    """Sign in without the form, which has tests of its own."""
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": live_server.url,
            }
        ]
    )


def test_a_rep_finds_a_customer_by_keyboard_and_logs_a_call(page: Page, live_server, rosa):
    contact = make.make_contact(name="Okafor & Sons", kind="organization", owner=rosa, emails=("o@x.example",))
    make.make_contact(name="Zebra Ltd", owner=rosa)
    for hour in range(30):
        make.make_interaction(contact, subject=f"Call {hour}", occurred_at=make.NOON + dt.timedelta(hours=hour))
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}/contacts/?q=okafor")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Okafor & Sons")
    expect(page.locator(".entry")).to_have_count(25)
    page.wait_for_load_state()  # a press before the scripts are there is nobody's
    page.get_by_role("button", name="Show older").click()
    expect(page.locator(".entry")).to_have_count(30)
    page.get_by_role("link", name="Log call").click()
    words = page.locator("#composer textarea:visible").first
    words.fill("Forty by Friday")
    kinds = page.get_by_label("What the timeline shows")
    kinds.select_option(label="Visits and meetings")
    expect(page.get_by_text("Nothing of this kind")).to_be_visible()
    expect(words).to_have_value("Forty by Friday")
    kinds.select_option(label="Everything")
    page.get_by_role("button", name="Log call").click()
    expect(page.locator(".entry").first).to_contain_text("Forty by Friday")
    touch = contact.interactions.get(user=rosa)
    assert "Forty by Friday" in (touch.subject, touch.body)


def test_a_rep_writes_a_contact_and_an_order_and_archives(page: Page, live_server, rosa):
    make.make_product(name="Frame oak", unit_price=5)
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}/contacts/new/")
    page.get_by_label("Organization").check()
    expect(page.locator("#id_first_name")).to_be_hidden()
    page.locator("#id_name").fill("Browser Frames")
    page.get_by_label("E-mail").fill("info@browser.example")
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Browser Frames")
    record = page.url
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="New order").click()
    page.locator("#id_lines-0-product-ts-control").click()
    page.keyboard.type("oak")
    page.locator(".ts-dropdown .option", has_text="Frame oak").click()
    page.locator("#id_lines-0-quantity").fill("3")
    page.get_by_role("button", name="Add a line").click()
    expect(page.locator(".line-form")).to_have_count(4)
    page.locator("#id_lines-3-amount").fill("2.50")
    page.get_by_role("button", name="Create order").click()
    expect(page.locator("tfoot")).to_contain_text("17.50")
    assert Order.objects.get().contact == Contact.objects.get(name="Browser Frames")
    page.goto(record)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Archive").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator("#toasts")).to_contain_text("is back")


def test_filters_and_columns_are_chosen_and_kept(page: Page, live_server, rosa):
    make.make_contact(name="In Leeds", owner=rosa, city="Leeds", emails=("l@x.example",))
    make.make_contact(name="In York", owner=rosa, city="York")
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}/contacts/")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("link", name="E-mail").click()
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("button", name="Keep these columns").click()
    page.get_by_role("button", name="Filter").click()
    expect(page.locator(".builder-row .ts-control input")).to_be_focused(timeout=15_000)  # a click would close it again
    page.keyboard.type("City")
    page.locator(".ts-dropdown .option", has_text="City").first.click()
    expect(page.locator(".builder-values input").first).to_be_focused()
    page.keyboard.type("leeds")
    expect(page.locator(".builder-count")).to_have_text("1 match")
    page.get_by_role("button", name="Show the rows").click()
    expect(page.locator(".chip", has_text="City")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("l@x.example")


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_of_customers_have_no_accessibility_fault(page: Page, live_server, rosa, width):
    contact = make.make_contact(
        name="Anna", owner=rosa, emails=("a@x.example",), phones=("+44 113 496 0188",), tags=["vip"]
    )
    order = make.make_order(contact, lines=({"quantity": 1, "amount": 9}, {"quantity": -1, "amount": -4}))
    product = make.make_product()
    page.set_viewport_size({"width": width, "height": 900})
    enter(page, live_server, rosa)
    url = contact.get_absolute_url()
    paths = [
        "/contacts/",
        "/contacts/?q=zzz",
        "/contacts/?state=archived",
        url,
        f"{url}?tab=orders",
        f"{url}?tab=changes",
        f"{url}edit/",
        "/contacts/new/",
        "/orders/",
        order.get_absolute_url(),
        f"/orders/{order.pk}/edit/",
        "/products/",
        product.get_absolute_url(),
    ]
    faults = {path: faults_of(page, live_server.url + path) for path in paths}
    assert {path: found for path, found in faults.items() if found} == {}
