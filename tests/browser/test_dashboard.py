"""A manager reads the dashboard and puts one together: charts are drawn, everything goes by the keyboard."""

import datetime as dt
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from analytics.runs import run_steps
from crm.choices import Role
from crm.dashboards.subscribing import subscribe
from crm.models import Dashboard, User
from tests import factories as make
from tests.analytics.bases import Sale, make_base, make_segments
from tests.browser.test_customers import enter
from tests.browser.test_shell import SIZES, faults_of


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


def test_a_manager_puts_a_dashboard_together_by_keys_and_by_mouse(page: Page, live_server, manager):
    enter(page, live_server, manager)
    page.goto(f"{live_server.url}/dashboards/new/")
    page.get_by_label("Name").fill("Morning")
    chosen = page.locator("[data-blocks] > [data-block]")
    chosen.first.focus()  # retention
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("[data-layout-said]")).to_have_text("Retention is number 2.")
    chosen.first.focus()  # net promoter score
    page.keyboard.press("Delete")
    left = page.locator("[data-hidden-panels] > [data-block]")
    expect(left.filter(has_text="Net promoter score")).to_be_visible()
    page.get_by_role("button", name="Leave out or show: Sales by rep").click()
    chosen.filter(has_text="Sales by rep").drag_to(chosen.first, target_position={"x": 30, "y": 3})
    expect(chosen.first).to_contain_text("Sales by rep")
    page.get_by_role("button", name="Make the dashboard").click()
    expect(page.get_by_role("heading", name="Morning")).to_be_visible()
    made = Dashboard.objects.get()
    assert made.tiles[:3] == ["sales", "retention", "churn"] and "nps" not in made.tiles
    expect(page.get_by_role("region", name="Retention")).to_be_visible()
    page.goto(f"{live_server.url}/dashboards/mails/new/?dashboard={made.pk}")
    expect(page.get_by_label("Weekday")).to_be_visible()
    page.get_by_label("How often").select_option("monthly")
    expect(page.get_by_label("Weekday")).to_be_hidden()
    page.get_by_label("Day of the month").fill("31")
    page.get_by_role("button", name="Mail it").click()
    expect(page.get_by_role("row", name="Morning")).to_contain_text("every month on day 31 at 07:00")


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_pages_of_own_dashboards_have_no_accessibility_fault(browser: Browser, live_server, manager, size):
    board = Dashboard.objects.create(name="Morning", owner=manager, roles=["rep"], tiles=["sales", "retention"])
    mailed = subscribe(actor=manager, fields={"dashboard": board, "rhythm": "daily", "hour": 7})
    paths = [f"{board.pk}/", "new/", f"{board.pk}/edit/", "mails/", "mails/new/", f"mails/{mailed.pk}/leave/"]
    with browser.new_context(viewport=SIZES[size], color_scheme="dark" if size == "phone" else "light") as context:
        page = context.new_page()
        enter(page, live_server, manager)
        faults = {path: faults_of(page, f"{live_server.url}/dashboards/{path}") for path in paths}
    assert {path: found for path, found in faults.items() if found} == {}
