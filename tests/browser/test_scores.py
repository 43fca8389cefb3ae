"""A manager reads worth, churn and retention off their pages and follows one figure of each to its customers."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from analytics.runs import run_steps
from crm.choices import Role
from crm.models import User
from tests import factories as make
from tests.analytics.bases import make_base, make_segments
from tests.analytics.clv_bases import DAY, drawn_sales
from tests.browser.test_customers import enter


@pytest.fixture
def manager(transactional_db) -> User:
    make.make_company()
    make_segments()
    make_base(drawn_sales(160, 80))
    run_steps(actor=None, as_of=DAY)
    return make.make_user(Role.MANAGER, name="Mara Manager")


def number_of(place: Locator) -> int:
    """The first whole number of a text: `1,204 customers` is 1204."""
    found = re.search(r"\d[\d,]*", place.inner_text())
    assert found
    return int(found.group().replace(",", ""))


def in_list(page: Page) -> int:
    """How many customers the list has that a figure leads to."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")
    return number_of(page.locator(".table-foot span").first)


def test_a_manager_follows_a_figure_of_each_page_to_its_customers(page: Page, live_server, manager):
    enter(page, live_server, manager)
    page.goto(f"{live_server.url}/analytics/")
    page.get_by_role("link", name="Lifetime value").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Customer lifetime value")
    expect(page.locator(".figure-card", has_text="Worth together")).to_contain_text("90 % interval")
    expect(page.locator("[data-chart-canvas] canvas").first).to_be_visible()
    cell = page.locator(".clv-map td a").first
    customers = number_of(cell.locator(".heat-count"))
    page.goto(f"{live_server.url}{cell.get_attribute('href')}")
    assert in_list(page) == customers

    page.goto(f"{live_server.url}/analytics/churn/")
    expect(page.locator(".figure-card", has_text="AUC")).to_contain_text("alone")
    card = page.locator(".figure-card", has_text="High risk")
    customers = number_of(card.locator(".figure-value"))
    assert customers
    card.click()
    assert in_list(page) == customers

    page.goto(f"{live_server.url}/analytics/retention/")
    row = page.get_by_role("row", name=re.compile("Feb.2026"))
    lost = row.get_by_role("link").last
    customers = number_of(lost)
    lost.click()
    assert in_list(page) == customers
