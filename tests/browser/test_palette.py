"""Ctrl-K in a browser: by keyboard alone, on a phone, for a screen reader, in both colours."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.choices import Role
from crm.models import User
from tests import factories as make
from tests.browser.test_customers import enter
from tests.browser.test_shell import AXE, RUN_AXE, SIZES, faults_of


@pytest.fixture
def rosa(transactional_db) -> User:
    make.make_company()
    rosa = make.make_user(Role.REP, name="Rosa Rep", team=make.make_team(name="North"))
    for name in ("Lindgren Frames", "Berlind Ost", "Linde Maas"):
        make.make_contact(name=name, owner=rosa)
    make.make_contact(name="Lind Stranger", owner=make.make_user(team=make.make_team()))
    return rosa


def test_a_record_is_reached_by_keyboard_alone(page: Page, live_server, rosa):
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}/jobs/")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search, or type what you want to do")
    expect(box).to_be_focused()
    expect(page.get_by_role("option", name="New contact")).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("lind")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Linde Maas")
    expect(page.get_by_role("group", name="Contacts").get_by_role("option")).to_have_count(3)
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(options.nth(1).get_attribute("id")))
    expect(options.nth(1)).to_contain_text("Lindgren Frames")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lindgren Frames")


def test_a_command_is_run_and_the_rest_is_searched(page: Page, live_server, rosa):
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}/jobs/")
    page.get_by_role("searchbox", name="Search everything").click()
    page.keyboard.type("new con")
    expect(page.get_by_role("option", name="New contact")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/contacts/new/$"))
    expect(page.get_by_role("heading", name="New contact")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+k")
    page.keyboard.type("lind")
    expect(page.get_by_role("option", name="Search everything for “lind”")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=lind$"))
    expect(page.get_by_role("main")).to_contain_text("Berlind Ost")
    expect(page.get_by_role("main")).not_to_contain_text("Stranger")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_palette_and_search_page_have_no_accessibility_fault(browser: Browser, live_server, rosa, colours, size):
    with browser.new_context(viewport=SIZES[size], color_scheme=colours) as context:
        page = context.new_page()
        enter(page, live_server, rosa)
        assert faults_of(page, f"{live_server.url}/search/?q=lind") == []
        assert faults_of(page, f"{live_server.url}/profile/tokens/") == []
        page.get_by_role("searchbox", name="Search everything").click()
        page.get_by_role("combobox", name="Search, or type what you want to do").fill("lind")
        expect(page.locator("#palette").get_by_role("option").first).to_contain_text("Lind")
        page.evaluate(AXE)
        assert page.evaluate(RUN_AXE) == []
        if size == "phone":
            place = page.locator("#palette").bounding_box()
            assert place is not None
            assert (place["width"], place["height"]) == (SIZES["phone"]["width"], SIZES["phone"]["height"])
