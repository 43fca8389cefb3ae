"""A manager reads the dashboard: charts are drawn, the table and the explanation open by the keyboard."""

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
from tests.browser.test_shell import faults_of


@pytest.fixture
def manager(transactional_db) -> User:
    make.make_company()
    make_segments()
    february, march = dt.date(2026, 2, 10), dt.date(2026, 3, 10)
    base = [Sale(number, february, Decimal(10 * number)) for number in range(1, 9)]
    make_base([*base, *(Sale(number, march, Decimal(50)) for number in (1, 2, 8))])
    run_steps(actor=None, as_of=dt.date(2026, 3, 31), only=["rfm", "history", "retention"])
    return make.make_user(Role.MANAGER, name="Mara Manager")


def test_a_manager_reads_the_dashboard_by_the_keyboard(page: Page, live_server, manager):
    enter(page, live_server, manager)
    page.goto(f"{live_server.url}/dashboards/?period=month")
    tile = page.get_by_role("region", name="Retention")
    expect(tile.locator("[data-chart-canvas] canvas")).to_be_visible()
    tile.get_by_text("The table").focus()
    page.keyboard.press("Enter")
    row = tile.get_by_role("row", name="Mar 2026")
    expect(row).to_contain_text("37.5")  # 3 of 8
    tile.locator("summary[aria-label='How Retention is made']").focus()
    page.keyboard.press("Enter")
    expect(tile.get_by_text("customers who bought again ÷")).to_be_visible()
    with page.expect_download() as saved:
        tile.get_by_role("button", name="Save Retention as a picture (PNG)").click()
    assert saved.value.suggested_filename.startswith("retention-month-")
    assert faults_of(page, f"{live_server.url}/dashboards/?period=month") == []
    row = page.get_by_role("region", name="Retention")
    row.get_by_text("The table").click()
    row.get_by_role("row", name="Mar 2026").get_by_role("link", name="3", exact=True).click()
    expect(page.get_by_text("bought in Feb 2026 and again in Mar 2026")).to_be_visible()
