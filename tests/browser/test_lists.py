"""Work on a list as its daily task goes: a filter built by keys, and many rows given to a colleague with one click."""

import pytest
from playwright.sync_api import Page, expect

from contacts.models import Contact
from crm.choices import Role
from crm.models import User
from tests import factories as make
from tests.browser.test_customers import enter


@pytest.fixture
def mia(transactional_db) -> User:
    make.make_company()
    return make.make_user(Role.MANAGER, name="Mia Keller")


def test_two_hundred_contacts_go_to_a_colleague_by_six_keys_and_one_click(page: Page, live_server, mia):
    for _ in range(200):
        make.make_contact(name="Nordlys")
    other, kim = make.make_contact(name="Else"), make.make_user(Role.REP, name="Kim Lee")
    enter(page, live_server, mia)
    page.goto(live_server.url)
    page.keyboard.press("g")
    page.keyboard.press("c")  # 1
    expect(page.locator("table[data-list]")).to_be_visible()
    page.wait_for_load_state("networkidle")  # keys count from then on
    page.keyboard.press("/")  # 2
    page.keyboard.type("nordlys")
    page.keyboard.press("Enter")  # 3
    expect(page.locator(".page-note")).to_have_text("200")
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("A")  # 4
    expect(page.locator("[data-bulk-count]")).to_have_text("All 200 selected")
    page.keyboard.press("a")  # 5
    expect(page.locator("#bulk-dialog .ts-control input")).to_be_focused()
    page.keyboard.type("kim")
    expect(page.locator("#bulk-dialog .option.active")).to_have_text("Kim Lee")
    page.keyboard.press("Enter")  # 6
    page.get_by_role("button", name="Assign: 200\u00a0contacts").click()  # the one click
    expect(page.locator("#toasts")).to_contain_text("Owner set to Kim Lee: 200\u00a0contacts")
    assert Contact.objects.filter(owner=kim).count() == 200
    assert Contact.objects.get(pk=other.pk).owner is None
