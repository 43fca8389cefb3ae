"""A service agent: who calls, what they said, files, a colleague told."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from contacts.models import ContactPoint
from crm.models import Attachment, Notice, User
from tests.browser.days.day import Day
from tests.browser.days.rep import write_a_note_with_the_mouse


def find_who_calls_by_a_piece_of_the_number(day: Day) -> None:
    points = ContactPoint.objects.filter(kind="phone", contact__in=day.contacts()).select_related("contact")
    point = day.chance.choice(list(points))
    day.go("/")
    digits = re.sub(r"\D", "", point.normalised)[-8:]
    day.find(digits, point.contact.name)
    expect(day.page.locator("#facts")).to_contain_text(point.value)


def read_the_timeline_by_kind(day: Day) -> None:
    contact = day.someone()
    day.go(contact.get_absolute_url())
    kinds = day.page.get_by_label("What the timeline shows")
    labels = kinds.locator("option").all_inner_texts()
    for label in day.chance.sample(labels, k=min(3, len(labels))):
        kinds.select_option(label=label)
        day.settle()
        expect(kinds.locator("option:checked")).to_have_text(label)


def look_at_every_part_of_the_record(day: Day) -> None:
    contact = day.someone()
    day.go(contact.get_absolute_url())
    tabs = day.page.locator("nav.tabs").first.locator("a.tab")
    for number in range(tabs.count()):
        name = tabs.nth(number).inner_text()
        tabs.nth(number).click()
        day.settle()
        expect(day.page.locator("nav.tabs").first.locator("[aria-current=page]"), name).to_have_count(1)


def keep_a_file_and_take_it_away(day: Day) -> None:
    contact, name = day.someone(), f"complaint-{day.chance.randrange(10**6)}.txt"
    day.go(f"{contact.get_absolute_url()}?tab=files")
    day.page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": b"The frame arrived with a broken corner.\n"}
    )
    expect(day.page.locator(".file-line").filter(has_text=name)).to_be_visible()
    with day.page.expect_download() as download:
        day.page.locator(".file-line").filter(has_text=name).get_by_role("link").click()
    assert download.value.path().read_bytes().startswith(b"The frame arrived")
    day.button(f"Take {name} away").click()
    day.button("Take it away").click()
    expect(day.page.locator(".file-line").filter(has_text=name)).to_have_count(0)
    assert Attachment.objects.get(file__name=name).removed_at is not None


def tell_a_colleague(day: Day) -> None:
    contact = day.someone()
    mate = User.objects.get(email="manager@example.com")
    before, number = Notice.objects.filter(user=mate).count(), len(day.done) + 1
    day.go(contact.get_absolute_url())
    day.keys("w")
    day.type(f"Please ring them back ({number}) @{mate.name[:5]}")
    expect(day.page.get_by_role("listbox", name="Colleagues").get_by_role("option").first).to_be_visible()
    day.keys("Enter")
    day.type("today")
    day.keys("Control+Enter")
    expect(day.page.locator(".entry").first).to_contain_text(f"Please ring them back ({number})")
    assert Notice.objects.filter(user=mate).count() == before + 1


def read_the_help_and_change_colours(day: Day) -> None:
    day.go("/contacts/")
    day.keys("?")
    dialog = day.page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    day.keys("Escape")
    expect(dialog).to_be_hidden()
    for name in ("Dark", "Light"):
        day.button(re.compile("^You: ")).click()
        with day.page.expect_response("**/profile/look/"):
            day.button(name).click()
        day.keys("Escape")
        expect(day.page.locator("html")).to_have_attribute("data-bs-theme", name.lower())


CHORES = (
    find_who_calls_by_a_piece_of_the_number,
    read_the_timeline_by_kind,
    look_at_every_part_of_the_record,
    keep_a_file_and_take_it_away,
    tell_a_colleague,
    write_a_note_with_the_mouse,
    read_the_help_and_change_colours,
)
