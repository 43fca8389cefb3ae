"""An administrator: people, rights, custom fields, the past, mails, jobs, the administration."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from crm.demo.staff import PASSWORD
from crm.models import CustomField, User
from tests.browser.days.day import Day


def make_a_custom_field_use_it_and_delete_it(day: Day) -> None:
    label = f"Frame colour {day.chance.randrange(10**6)}"
    contact = day.someone()
    day.go("/fields/")
    day.page.get_by_role("link", name="New field").click()
    day.page.locator("#id_label").fill(label)
    day.page.locator("#id_type").select_option(label="Text")
    day.page.locator("form .btn-primary").click()
    day.settle()
    field = CustomField.objects.get(label=label)
    day.go(f"{contact.get_absolute_url()}edit/")
    day.page.get_by_label(label).fill("zebrano")
    day.page.locator("main form .btn-primary").first.click()
    day.says("zebrano")
    day.go(f"/fields/{field.pk}/")
    day.page.get_by_role("link", name="Delete").click()
    day.button("Delete it with 1\u00a0value").click()
    day.settle()
    assert not CustomField.objects.filter(pk=field.pk).exists()
    day.go(contact.get_absolute_url())
    expect(day.page.locator("main")).not_to_contain_text("zebrano")


def arrange_the_page_of_organizations_by_keys(day: Day) -> None:
    firm = day.someone(kind="organization", industry__gt="")
    place = "/layouts/?place=contacts.contact:organization_side&role=admin"
    day.go(place)
    day.page.locator("[data-item]", has_text="Industry").focus()
    for _ in range(20):
        day.keys("Alt+ArrowUp")
    day.button(re.compile("^Save for")).click()
    day.told("is arranged like this")
    day.go(firm.get_absolute_url())
    expect(day.page.locator("#facts dt").first).to_have_text("Industry")
    day.go(place)
    day.button(re.compile("^Reset for")).click()
    day.page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    day.told("again for administrators")


def invite_somebody(day: Day) -> None:
    email = f"new{day.chance.randrange(10**9)}@example.com"
    day.go("/people/new/")
    day.page.locator("#id_name").fill("Ida Nowak")
    day.page.locator("#id_email").fill(email)
    day.page.locator("#id_role").select_option("rep")
    day.page.locator("main form .btn-primary").first.click()
    day.says("Ida Nowak")
    assert not User.objects.get(email=email).has_usable_password()


def read_the_past(day: Day) -> None:
    for path in ("/audit/", "/audit/rows/", "/mails/", "/jobs/", "/rights/", "/people/", "/profile/sessions/"):
        day.go(path)
        expect(day.page.locator("h1").first).to_be_visible()
    contact = day.someone()
    day.go(f"{contact.get_absolute_url()}?tab=changes")
    expect(day.page.locator("main")).to_be_visible()


def look_into_the_administration(day: Day) -> None:
    for name in day.chance.sample(("Users", "Orders", "Log entries", "RFM segments", "Contacts"), k=3):
        day.go("/admin/")
        _say_once_more_who_i_am(day)
        day.page.locator("#content-main th").get_by_role("link", name=name, exact=True).click()
        expect(day.page.locator("#changelist, #id_password")).to_be_visible()
        _say_once_more_who_i_am(day)
        expect(day.page.locator("#changelist")).to_be_visible()
    day.page.get_by_role("link", name="Back to the CRM").click()
    expect(day.page).to_have_url(f"{day.base}/")


def _say_once_more_who_i_am(day: Day) -> None:
    """Half an hour after the sign-in the administration asks, at whatever page of it comes first."""
    if "/reauthenticate/" in day.page.url:
        day.page.locator("input[type=password]").fill(PASSWORD)
        day.keys("Enter")
        expect(day.page).to_have_url(re.compile("/admin/"))


def archive_and_bring_back(day: Day) -> None:
    contact = day.someone()
    day.go(contact.get_absolute_url())
    day.button("More actions").click()
    day.button("Archive").first.click()
    day.button("Restore").first.click()
    day.told("is back")
    contact.refresh_from_db()
    assert contact.archived_at is None


def search_everything(day: Day) -> None:
    contact = day.someone()
    day.go("/")
    day.keys("Control+k")
    day.type(contact.name)
    found = day.page.get_by_role("option", name=re.compile("^Search everything for"))
    expect(found).to_be_visible()
    found.click()
    day.says(contact.name)


CHORES = (
    make_a_custom_field_use_it_and_delete_it,
    arrange_the_page_of_organizations_by_keys,
    invite_somebody,
    read_the_past,
    look_into_the_administration,
    archive_and_bring_back,
    search_everything,
)
