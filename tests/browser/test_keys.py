"""Keys and looks: what the help says is what happens, and a choice goes with the person to another browser."""

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


def test_the_help_lists_the_keys_and_they_do_what_it_says(page: Page, live_server, mia):
    for name in ("Anna", "Berta", "Cora"):
        make.make_contact(name=name)
    enter(page, live_server, mia)
    page.goto(live_server.url)
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keys")
    expect(help_.get_by_text("tick the row")).to_be_visible()
    expect(help_.locator("dt", has_text="Ctrl").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url(f"{live_server.url}/contacts/")
    page.wait_for_load_state()
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-bulk-count]")).to_have_text("2 selected")
    page.keyboard.press("t")
    expect(page.get_by_role("dialog", name="Tag: 2\u00a0contacts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("[data-list-search]")).to_be_focused()
    page.keyboard.type("jk?")  # a field takes letters as letters
    expect(page.locator("[data-list-search]")).to_have_value("jk?")
    page.locator("[data-list-search]").fill("")
    page.locator("h1").click()
    page.get_by_role("button", name="Archive").click()
    page.get_by_role("button", name="Archive: 2\u00a0contacts").click()
    expect(page.locator("#toasts")).to_contain_text("Archived: 2\u00a0contacts")
    assert Contact.objects.filter(archived_at=None).get().name == "Cora"
    page.keyboard.press("j")
    page.keyboard.press("E")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cora")
    expect(page.locator("#id_name")).to_be_visible()
    page.goto(f"{live_server.url}/contacts/")
    page.keyboard.press("n")
    page.keyboard.press("d")
    expect(page).to_have_url(f"{live_server.url}/deals/new/")
    page.goto(f"{live_server.url}/contacts/")
    page.wait_for_load_state()
    page.keyboard.press("n")
    expect(page).to_have_url(f"{live_server.url}/contacts/new/")
    expect(page.locator("#id_name")).to_be_focused()
    page.keyboard.type("Dora")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dora")


def test_a_picker_that_has_the_focus_opens_by_an_arrow_a_letter_or_a_click_and_keeps_the_focus(
    page: Page, live_server, mia
):
    for name in ("Nora", "Berta"):
        make.make_contact(name=name)
    enter(page, live_server, mia)
    page.goto(f"{live_server.url}/orders/new/")
    box, options = page.locator("#id_contact-ts-control"), page.locator(".ts-dropdown:visible .option")
    expect(box).to_be_focused()
    page.wait_for_load_state("networkidle")
    expect(options).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(options).to_have_count(2)
    box.click()
    expect(options).to_have_count(0)
    page.keyboard.type("nor")  # its first letter opens the New menu, elsewhere
    expect(options).to_have_text(["Nora"])
    page.keyboard.press("Enter")
    expect(page.locator("#id_contact")).to_have_value(str(Contact.objects.get(name="Nora").pk))


def test_a_choice_of_colours_goes_with_the_person_to_another_browser(page: Page, live_server, mia, new_context):
    enter(page, live_server, mia)
    page.goto(live_server.url)
    page.get_by_role("button", name="You: Mia Keller").click()
    with page.expect_response("**/profile/look/"):
        page.get_by_role("button", name="Dark").click()
    with page.expect_response("**/profile/look/"):
        page.get_by_role("button", name="dense").click()
    other = new_context(java_script_enabled=False).new_page()
    enter(other, live_server, mia)
    other.goto(live_server.url)
    expect(other.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(other.locator("html")).to_have_attribute("data-density", "dense")
