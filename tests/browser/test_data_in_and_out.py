"""A marketer brings people in and takes them out; an admin sees to who is there twice, and erases one who asked."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from analytics.runs import run_steps
from contacts.models import Contact, ContactPoint, PrivacyRequest
from crm.choices import Role
from crm.jobs import run_job
from crm.models import JobRun, StoredFile
from tests import factories as make
from tests.browser.test_customers import enter

HEAD = ["id", "first", "last", "mail", "phone", "born", "street", "town"]
FIELDS = {
    "id": "external_id", "first": "first_name", "last": "last_name", "mail": "email", "phone": "phone",
    "born": "birthday", "street": "street", "town": "city",
}  # fmt: skip
NAVY = ["+12025550143", "1906-12-09", "7 Navy Yard", "Arlington"]


def people() -> list[list[str]]:
    """A hundred of a town; Grace stands in it twice, once with a day that no month has."""
    rows = [
        [
            f"T-{n}", f"Nora{n % 25:02}x", f"Lind{n}ast", f"n{n}@town.example", f"+4420794{n:05}",
            f"{1950 + n % 50}-03-{1 + n % 28:02}", f"{n} Elm Road", "York",
        ]
        for n in range(100)
    ]  # fmt: skip
    rows.append(["G-1", "Grace", "Hopper", "grace@navy.example", *NAVY])
    rows.append(["G-2", "Grace", "Hoper", "hopper@home.example", NAVY[0], "1906-02-31", *NAVY[2:]])
    return rows


def as_file(name: str, rows: list[list[str]]) -> dict[str, object]:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return {"name": name, "mimeType": "text/csv", "buffer": text.getvalue().encode()}


def bring_in(page: Page, base: str, file: dict[str, object]) -> None:
    """Upload, map, start; what a worker does then. Ends on the result."""
    page.goto(f"{base}/imports/new/")
    page.get_by_role("radio", name=re.compile("^Contacts:")).check()
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    page.get_by_role("button", name="Read the file").click()
    expect(page).to_have_url(re.compile(r"/imports/\d+/"))
    for column, field in FIELDS.items():
        chosen = page.get_by_role("combobox", name=column, exact=True)
        if chosen.input_value() != field:
            with page.expect_response(lambda answer: answer.request.method == "POST"):
                chosen.select_option(field)
    page.get_by_role("button", name=re.compile("^Import")).click()
    work(page)


def work(page: Page) -> None:
    """The job whose page this is, done as a worker does it."""
    expect(page).to_have_url(re.compile(r"/jobs/\d+/$"))
    run_job(int(page.url.rstrip("/").rpartition("/")[2]))
    page.reload()


def figure(page: Page, label: str) -> Locator:
    return page.locator(".figure-card", has_text=label).locator(".figure-value")


def saved(page: Page, link: Locator) -> list[list[str]]:
    with page.expect_download() as download:
        link.click()
    return list(csv.reader(Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()))


def export(page: Page, base: str) -> list[list[str]]:
    page.goto(f"{base}/contacts/?q=Hop")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("A")
    return saved(page, page.get_by_role("link", name="Export all"))


def test_from_a_file_to_a_merge_and_back_and_out(page: Page, live_server, transactional_db) -> None:
    base = live_server.url
    make.make_company()
    marketer = make.make_user(Role.MARKETER, name="Mara Marketer")
    admin = make.make_user(Role.ADMIN, name="Ada Admin")
    enter(page, live_server, marketer)
    bring_in(page, base, as_file("people.csv", [HEAD, *people()]))
    expect(figure(page, "New")).to_have_text("101")
    expect(figure(page, "Not taken")).to_have_text("1")
    expect(page.get_by_text("1906-02-31")).to_be_visible()
    refused = saved(page, page.get_by_role("link", name="Download", exact=True))
    assert [row[0] for row in refused] == ["id", "G-2"]
    mended = [[cell.replace("1906-02-31", "1906-12-09") for cell in row] for row in refused]
    bring_in(page, base, as_file("mended.csv", mended))
    expect(figure(page, "New")).to_have_text("1")
    expect(figure(page, "Not taken")).to_have_text("0")
    assert Contact.objects.count() == 102

    run_steps(actor=None, as_of=dt.date(2026, 6, 30), only=["duplicates"])  # as each night
    enter(page, live_server, admin)
    page.goto(f"{base}/duplicates/")
    page.get_by_role("link", name="Review", exact=True).click()
    expect(page.get_by_role("heading", name="One party or two?")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("m")
    page.get_by_role("radio", name="Name: Grace Hopper", exact=True).check()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("are one contact now")).to_be_visible()
    assert Contact.objects.filter(merged_into=None).count() == 101
    page.goto(f"{base}/contacts/merges/")
    page.locator("table tbody a[href*='/merges/']").first.click()
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_text("Taken apart again").first).to_be_visible()
    assert Contact.objects.filter(merged_into=None, archived_at=None).count() == 102

    enter(page, live_server, marketer)
    out = export(page, base)
    assert len(out) == 3
    assert {"Grace Hopper", "Grace Hoper"} <= {cell for row in out for cell in row}

    enter(page, live_server, admin)
    grace = Contact.objects.get(external_id="G-1")
    page.goto(f"{base}{grace.get_absolute_url()}?tab=privacy")
    page.get_by_role("link", name="Erase them").click()
    page.get_by_label("Their name").fill("Grace Hopper")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("A job erases them now.")).to_be_visible()
    run_job(JobRun.objects.get(kind="erasure").pk)
    page.reload()
    expect(page.get_by_role("heading", name="What was done")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^people.csv"))).to_contain_text("1")
    assert Contact.objects.get(pk=grace.pk).name == "Erased person"
    assert not ContactPoint.objects.filter(value="grace@navy.example").exists()
    assert PrivacyRequest.objects.get().state == "done"
    contents = [one.file.read() for one in StoredFile.objects.filter(removed_at=None)]
    assert not any(b"grace@navy.example" in one for one in contents)
    assert any(b"hopper@home.example" in one for one in contents)
    assert len(export(page, base)) == 2
