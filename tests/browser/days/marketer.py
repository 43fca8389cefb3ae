"""A marketer: filters, views, files in and out, permission, segments."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from contacts.models import Consent, Contact
from crm.models import SavedView
from tests.browser.days.day import ANSWER_MS, Day

LONG_MS = 8 * ANSWER_MS


def filter_by_city_and_keep_the_view(day: Day) -> None:
    city = day.someone(addresses__city__gt="").addresses.exclude(city="").first().city
    name = f"In {city} {day.chance.randrange(10_000)}"
    day.go("/contacts/")
    day.keys("f")
    expect(day.page.locator(".builder-row .ts-control input").first).to_be_focused()  # a click would close it again
    day.pick("City")
    expect(day.page.locator(".builder-values input").first).to_be_focused()
    day.type(city)
    expect(day.page.locator(".builder-count")).to_contain_text("match")
    day.button("Show the rows").click()
    expect(day.page.locator(".chip", has_text="City")).to_be_visible()
    day.page.get_by_role("link", name="Save view").click()
    day.page.locator("#id_name").fill(name)
    day.keys("Enter")
    expect(day.page.locator(".tabs .tab[aria-current=page]")).to_have_text(name)
    for row in day.page.locator("table[data-list] tbody tr").all()[:5]:
        expect(row).to_be_visible()
    day.page.get_by_role("link", name="Edit view").click()
    day.button("Delete").first.click()
    day.button("Delete it").click()
    expect(day.page).to_have_url(re.compile("/contacts/"))
    expect(day.page.locator(".tabs").get_by_role("link", name=name)).to_have_count(0)
    assert not SavedView.objects.filter(name=name).exists()


def take_a_list_away(day: Day) -> None:
    contact = day.someone()
    day.go("/contacts/")
    day.keys("/")
    day.type(contact.name)
    day.keys("Enter")
    expect(day.page.locator("table[data-list] tbody tr").first).to_contain_text(contact.name)
    day.settle()
    day.page.locator("body").evaluate("() => document.activeElement.blur()")
    day.keys("A")
    with day.page.expect_download() as download:
        day.page.get_by_role("link", name="Export all").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert any(contact.name in line for line in lines[1:]), lines[:3]


def bring_people_in_by_a_file(day: Day) -> None:
    first = day.chance.randrange(10**9)
    rows = [f"walk-{first + row},Visitor {first + row},visitor{first + row}@fair.example,Ghent" for row in range(3)]
    day.go("/imports/new/")
    day.page.get_by_role("radio", name=re.compile("^Contacts:")).check()
    day.page.locator("input[type=file]").set_input_files(
        {"name": "fair.csv", "mimeType": "text/csv", "buffer": "\n".join(["id,who,mail,town", *rows]).encode()}
    )
    day.button("Read the file").click()
    for column, field in {"id": "external_id", "who": "name", "mail": "email", "town": "city"}.items():
        day.page.get_by_role("combobox", name=column, exact=True).select_option(field)
    expect(day.page.get_by_text("are fine")).to_be_visible()
    day.settle()
    day.button(re.compile("^Import")).click()
    expect(day.page).to_have_url(re.compile(r"/jobs/\d+/$"))
    expect(day.page.get_by_text("Rows read")).to_be_visible(timeout=LONG_MS)
    assert Contact.objects.filter(external_id__in=[row.split(",")[0] for row in rows]).count() == 3


def write_down_a_consent(day: Day) -> None:
    contact = day.someone()
    before = Consent.objects.filter(contact=contact).count()
    day.go(f"{contact.get_absolute_url()}?tab=permission")
    day.page.get_by_role("link", name="Record what they said").click()
    day.page.get_by_role("radio", name=re.compile(r"^Yes \(opt-in\)")).check()
    day.page.locator("#id_source").fill("on the phone")
    day.page.locator("form .btn-primary").click()
    day.settle()
    day.go(f"{contact.get_absolute_url()}?tab=permission")
    day.says("on the phone")
    assert Consent.objects.filter(contact=contact).count() == before + 1


def follow_a_segment_to_its_customers(day: Day) -> None:
    day.go("/analytics/rfm/")
    row = day.page.locator(".segment-table tbody tr").filter(has=day.page.locator("th a")).first
    count = row.locator("td").first.inner_text()
    row.locator("th a").click()
    day.says("Contacts", "h1")
    day.says(count, ".page-head, main")


def change_the_columns(day: Day) -> None:
    day.go("/contacts/")
    day.button("Columns").click()
    day.page.locator(".dropdown-menu.show").get_by_role("link", name="E-mail").click()
    expect(day.page.locator("table[data-list]")).to_be_visible()


CHORES = (
    filter_by_city_and_keep_the_view,
    take_a_list_away,
    bring_people_in_by_a_file,
    write_down_a_consent,
    follow_a_segment_to_its_customers,
    change_the_columns,
)
