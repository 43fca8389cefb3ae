"""Saved views above a list: their tabs are put in order by dragging and by the keyboard, and stay so."""

from playwright.sync_api import Page, expect

from crm.choices import Role
from crm.models import SavedView
from tests import factories as make
from tests.browser.test_customers import enter


def test_tabs_are_dragged_and_moved_by_keys_and_stand_so_after_a_reload(page: Page, live_server, transactional_db):
    make.make_company()
    mia = make.make_user(Role.MANAGER, name="Mia")
    for name in ("Best", "Late", "North"):
        SavedView.objects.create(
            name=name, owner=mia, list_name="orders.orderline", filter={"version": 1, "where": None}
        )
    enter(page, live_server, mia)
    page.goto(f"{live_server.url}/orders/lines/")
    page.wait_for_load_state("networkidle")
    tabs = page.locator("[data-view]")
    with page.expect_response("**/views/order/**") as kept:
        tabs.filter(has_text="North").drag_to(tabs.filter(has_text="Best"), target_position={"x": 2, "y": 8})
    assert kept.value.status == 204
    expect(tabs).to_have_text(["North", "Best", "Late"])
    tabs.filter(has_text="Best").focus()
    with page.expect_response("**/views/order/**"):
        page.keyboard.press("Alt+Shift+ArrowRight")
    expect(tabs.filter(has_text="Best")).to_be_focused()
    page.reload()
    expect(tabs).to_have_text(["North", "Late", "Best"])
