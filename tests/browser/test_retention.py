"""A manager reads retention off the page and follows one figure to its customers."""

import datetime as dt
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from analytics.runs import run_steps
from crm.choices import Role
from crm.models import User
from tests import factories as make
from tests.analytics.bases import Sale, make_base, make_segments
from tests.browser.test_customers import enter

FEBRUARY, MARCH = dt.date(2026, 2, 10), dt.date(2026, 3, 10)


@pytest.fixture
def manager(transactional_db) -> User:
    make.make_company()
    make_segments()
    base = [Sale(number, FEBRUARY, Decimal(10 * number)) for number in range(1, 9)]
    make_base([*base, *(Sale(number, MARCH, Decimal(50)) for number in (1, 2, 8))])
    run_steps(actor=None, as_of=dt.date(2026, 3, 31), only=["rfm", "history", "retention", "cohorts"])
    return make.make_user(Role.MANAGER, name="Mara Manager")


def test_a_manager_reads_retention_and_follows_a_figure_to_its_customers(page: Page, live_server, manager):
    enter(page, live_server, manager)
    page.goto(f"{live_server.url}/analytics/")
    page.locator(".figure-card[href='/analytics/retention/']").click()
    row = page.get_by_role("row", name="Mar 2026")
    expect(row).to_contain_text("37.5")  # 3 of 8
    expect(row).to_contain_text("30.6")  # 110 of 360
    expect(page.locator("[data-chart-canvas] canvas").first).to_be_visible()
    page.get_by_role("button", name="Only the table").first.click()
    expect(page.locator("[data-chart-canvas]").first).to_be_hidden()
    row.get_by_role("link", name="5", exact=True).click()
    expect(page.get_by_text("bought in Feb 2026 and not in Mar 2026")).to_be_visible()
    expect(page.get_by_role("link", name="Customer 3")).to_be_visible()
    expect(page.get_by_role("link", name="Customer 8")).to_have_count(0)


def test_the_triangle_the_runs_and_the_worth_open_without_a_fault(page: Page, live_server, manager):
    enter(page, live_server, manager)
    for address, words in (
        ("cohorts/", "Who bought again"),
        ("retention/worth/", "What is assumed"),
        ("retention/contracts/", "No subscriptions"),
        ("runs/", "Start a run"),
        ("rfm/", "Who moved"),
    ):
        page.goto(f"{live_server.url}/analytics/{address}")
        expect(page.get_by_text(words).first).to_be_visible()
