"""A manager looks through the duplicates by keys, makes one of two, and takes it back."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from contacts.models import Contact
from crm.choices import Role
from tests import factories as make
from tests.browser.test_customers import enter
from tests.past.duplicate_actions import make_pair


def test_duplicates_are_merged_and_taken_apart_again(page: Page, live_server, transactional_db):
    make.make_company()
    manager = make.make_user(Role.MANAGER, name="Ida Manager")
    kept = make.make_contact(name="Mia Keller", emails=("mia@example.com",), owner=manager)
    gone = make.make_contact(name="Mia Kelelr", phones=("+44 113 496 0188",), owner=manager)
    make.make_order(gone)
    make_pair(kept, gone, probability=0.9995)
    enter(page, live_server, manager)
    page.goto(f"{live_server.url}/contacts/new/")
    page.get_by_label("Name", exact=True).fill("Mia Keller")
    expect(page.get_by_role("region", name="Perhaps already there")).to_contain_text("the same name")

    page.goto(f"{live_server.url}/duplicates/")
    page.get_by_role("link", name="Review", exact=True).click()
    expect(page.get_by_role("heading", name="One party or two?")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("m")
    expect(page.get_by_role("heading", name="Make one of two")).to_be_visible()
    page.get_by_role("radio", name="Name: Mia Kelelr", exact=True).check()
    page.get_by_role("radio", name="Name: Mia Keller", exact=True).check()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("are one contact now")).to_be_visible()
    page.goto(f"{live_server.url}{gone.get_absolute_url()}")
    expect(page.get_by_text("was merged into Mia Keller")).to_be_visible()
    assert kept.points.count() == 2

    page.goto(f"{live_server.url}/contacts/merges/")
    page.get_by_role("link", name="Mia Kelelr").first.click()
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text("Taken apart again: Mia Kelelr")).to_be_visible()
    assert Contact.objects.filter(merged_into=None, archived_at=None).count() == 2
