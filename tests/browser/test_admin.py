"""The administration in a browser: nothing that the policy forbids, and the pieces that need scripts work."""

import pytest
from playwright.sync_api import Page, expect

from contacts.models import Contact
from crm.choices import Role
from crm.models import Company, Team, User

PASSWORD = "a long pass phrase"


@pytest.fixture
def admin(transactional_db) -> User:
    Company.objects.update_or_create(pk=1, defaults={"name": "Northwind", "currency": "EUR"})
    Team.objects.create(name="North")
    return User.objects.create_user("mia@crm.example", PASSWORD, name="Mia Keller", role=Role.ADMIN)


def test_a_contact_is_made_with_its_owner_and_an_address_by_hand(page: Page, live_server, admin):
    page.goto(f"{live_server.url}/admin/contacts/contact/add/")
    page.get_by_label("Email").fill(admin.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Name:", exact=True).fill("Galerie Sommer")
    page.locator("[aria-labelledby=select2-id_owner-container]").click()
    page.locator(".select2-search__field").fill("keller")
    page.get_by_role("option", name="Mia Keller").click()
    page.get_by_text("Add another Contact point").click()
    page.locator("#id_points-1-kind").select_option("email")
    page.locator("#id_points-1-value").fill("info@sommer.example")
    page.locator("#id_created_on").focus()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    contact = Contact.objects.get()
    assert contact.owner == admin
    assert contact.points.get().value == "info@sommer.example"


def test_pages_lead_back_to_the_site(page: Page, live_server, admin):
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("Email").fill(admin.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    for name in ("Users", "Orders", "Log entries", "RFM segments"):
        page.goto(f"{live_server.url}/admin/")
        page.locator("#content-main th").get_by_role("link", name=name, exact=True).click()
        expect(page.locator("#changelist")).to_be_visible()
    page.get_by_role("link", name="Back to the CRM").click()
    expect(page).to_have_url(f"{live_server.url}/")
