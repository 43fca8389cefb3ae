"""Work in lists by keyboard and by mouse: cells changed where they stand, rows ticked, tagged and written to a file,
views saved, tabs opened, a layout arranged. `CRM_LONG=1` goes on with the same work for an hour."""

import os
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from contacts.models import Contact
from crm.choices import Role
from crm.models import CustomField, SavedView, User
from tests import factories as make
from tests.browser.test_customers import enter

LONG = 3_600 if os.environ.get("CRM_LONG") else 0
pytestmark = pytest.mark.timeout(180 + LONG)


@pytest.fixture
def house(transactional_db) -> tuple[User, User]:
    make.make_company()
    team = make.make_team(name="North")
    return make.make_user(Role.REP, name="Rosa Rep", team=team), make.make_user(Role.MARKETER, name="Mara Keller")


def again_and_again(work: Callable[[int], None]) -> None:
    """Once, or for as long as `CRM_LONG` says."""
    until, turn = time.monotonic() + LONG, 0
    while turn == 0 or time.monotonic() < until:
        work(turn)
        turn += 1


def stands_on(page: Page, name: str) -> None:
    expect(page.locator("tr.is-current")).to_contain_text(name)


def test_a_rep_works_in_the_list_by_keys_alone(page: Page, live_server, house):
    rosa, _ = house
    for name in ("Anna", "Berta", "Cora"):
        make.make_contact(name=name, owner=rosa, team=rosa.team)
    enter(page, live_server, rosa)

    def work(turn: int) -> None:
        page.goto(f"{live_server.url}/contacts/?columns=industry,source,tags")
        press(page, "j j ArrowRight e")
        expect(page.locator("#cell-editor input[name=industry]")).to_be_focused()
        page.keyboard.press("Control+a")
        page.keyboard.type(f"Wood {turn}")
        page.keyboard.press("Tab")  # saves, and opens the next cell
        expect(page.locator("#cell-editor input[name=source]")).to_be_focused()
        page.keyboard.press("Control+a")
        page.keyboard.type(f"fair {turn}")
        page.keyboard.press("Enter")
        expect(page.locator("#cell-editor")).to_be_hidden()
        stands_on(page, f"fair {turn}")
        berta = Contact.objects.get(name="Berta")
        assert (berta.industry, berta.source) == (f"Wood {turn}", f"fair {turn}")
        page.keyboard.press("e")
        expect(page.locator("#cell-editor input[name=source]")).to_be_focused()
        page.keyboard.type("never")
        page.keyboard.press("Escape")
        expect(page.locator("#cell-editor")).to_be_hidden()
        stands_on(page, f"fair {turn}")
        press(page, "Escape x j x t")
        expect(page.locator("#bulk-dialog input[name=value]")).to_be_focused()
        page.keyboard.type(f"turn {turn}")
        page.keyboard.press("Enter")
        expect(page.locator("#toasts")).to_contain_text("added: 2\u00a0contacts")
        assert set(Contact.objects.filter(tags__contains=[f"turn {turn}"]).values_list("name", flat=True)) == {
            "Berta",
            "Cora",
        }
        press(page, "j Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Anna")

    again_and_again(work)


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def test_what_somebody_else_saved_meanwhile_is_shown_beside_what_was_typed(page: Page, live_server, house):
    rosa, _ = house
    contact = make.make_contact(name="Anna", owner=rosa, industry="Wood")
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}/contacts/?columns=industry")
    press(page, "j e")
    field = page.locator("#cell-editor input[name=industry]")
    expect(field).to_be_focused()
    Contact.objects.filter(pk=contact.pk).update(industry="Steel", version=2)
    page.keyboard.press("Control+a")
    page.keyboard.type("Glass")
    page.keyboard.press("Enter")
    expect(page.locator("#cell-editor .conflict-table")).to_contain_text("Steel")
    expect(field).to_have_value("Glass")
    page.keyboard.press("Enter")
    expect(page.locator("#cell-editor")).to_be_hidden()
    contact.refresh_from_db()
    assert contact.industry == "Glass"


def test_a_marketer_works_in_the_list_by_mouse(page: Page, live_server, house):
    _, mara = house
    CustomField.objects.create(key="size", label="Size", type="choice", choices=["Small", "Large"])
    for name in ("Anna", "Berta"):
        make.make_contact(name=name)
    enter(page, live_server, mara)

    def work(turn: int) -> None:
        page.goto(f"{live_server.url}/contacts/?columns=owner,custom_size")
        row = page.locator("tr", has_text="Anna")
        row.locator("td[data-cell=owner]").hover()
        page.get_by_role("button", name="Edit this cell").click()
        expect(page.locator("#cell-editor .ts-control input")).to_be_focused()
        page.keyboard.type("Mara")
        page.locator("#cell-editor .option", has_text="Mara Keller").click()  # chosen is saved
        expect(page.locator("#cell-editor")).to_be_hidden()
        expect(row.locator("td[data-cell=owner]")).to_contain_text("Mara Keller")
        row.locator("td[data-cell=owner]").hover()
        page.get_by_role("button", name="Edit this cell").click()
        expect(page.locator("#cell-editor .ts-control input")).to_be_focused()
        page.keyboard.type("Mara")
        page.locator("#cell-editor .option", has_text="Mara Keller").click()  # the same again is kept, too
        expect(page.locator("#cell-editor")).to_be_hidden()
        row.locator("td[data-cell=custom_size]").hover()
        page.get_by_role("button", name="Edit this cell").click()
        page.locator("#cell-editor select").select_option("Large" if turn % 2 == 0 else "Small")
        page.get_by_role("heading", level=1).click()  # what was typed is saved by going elsewhere
        expect(row.locator("td[data-cell=custom_size]")).to_have_text("Large" if turn % 2 == 0 else "Small")
        row.locator("input[name=pk]").check()
        with page.expect_download() as file:
            page.get_by_role("region", name="Contacts").get_by_role("link", name="Export", exact=True).click()
        lines = file.value.path().read_text("utf-8-sig").splitlines()
        assert [line.partition(",")[0] for line in lines] == ["Name", "Anna"]
        page.get_by_role("link", name="Save view").click()
        page.get_by_label("Name").fill(f"Sizes {turn}")
        page.get_by_role("button", name="Save the view").click()
        expect(page.locator(".tab[aria-current=page]")).to_have_text(f"Sizes {turn}")
        page.get_by_role("link", name="All saved views").click()
        line = page.locator("tr", has_text=f"Sizes {turn}")
        line.get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Delete it").click()
        expect(page.locator("#toasts")).to_contain_text("is gone")
        Contact.objects.filter(name="Anna").update(owner=None)

    again_and_again(work)
    assert not SavedView.objects.exists()


def test_tabs_of_a_record_open_in_the_page_with_addresses_and_history(page: Page, live_server, house):
    rosa, _ = house
    contact = make.make_contact(name="Anna", owner=rosa)
    make.make_interaction(contact, subject="Asked for the price")
    make.make_order(contact, number="4711")
    enter(page, live_server, rosa)
    page.goto(f"{live_server.url}{contact.get_absolute_url()}")
    page.evaluate("window.isSamePage = true")
    page.locator("#tab-orders").click()
    expect(page.locator("#record-main")).to_contain_text("4711")
    expect(page).to_have_url(f"{live_server.url}{contact.get_absolute_url()}?tab=orders")
    page.go_back()
    expect(page.locator("#record-main")).to_contain_text("Asked for the price")
    page.go_forward()
    expect(page.locator("#record-main")).to_contain_text("4711")
    assert page.evaluate("window.isSamePage"), "the page was never left"
    page.reload()
    expect(page.locator("#record-main")).to_contain_text("4711")


def test_a_layout_is_arranged_by_keys_and_stands_in_the_form(page: Page, live_server, house):
    admin = make.make_user(Role.ADMIN, name="Ada Min")
    contact = make.make_contact(name="Anna", website="anna.example")
    enter(page, live_server, admin)
    page.goto(f"{live_server.url}/layouts/?place=contacts.contact:form")
    item = page.locator("[data-item]", has_text="Industry")
    item.focus()
    for _ in range(30):
        page.keyboard.press("Alt+ArrowUp")
    page.locator("[data-item]", has_text="Website").focus()
    page.keyboard.press("Delete")
    page.locator("[data-item]", has_text="Birthday").drag_to(page.locator("[data-hidden] [data-items]"))
    page.get_by_role("button", name="Save for everybody").click()
    expect(page.locator("#toasts")).to_contain_text("is arranged like this for everybody")
    page.goto(f"{live_server.url}/contacts/{contact.pk}/edit/")
    expect(page.locator("#id_industry")).to_be_visible()
    expect(page.locator("#id_website")).to_have_count(0)
    expect(page.locator("#id_birthday")).to_have_count(0)
    first = page.locator("form .form-section").first
    expect(first).to_contain_text("Industry")
