"""People are brought in, what was refused is mended, who is there twice made one and two again, and one who asked is
erased: by an administrator, and by a marketer whom the rules let."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from analytics.runs import run_steps
from contacts.models import Address, Contact, ContactPoint, PrivacyRequest
from crm.choices import Role, Scope, Verb
from crm.jobs import run_job
from crm.models import AccessRule, JobRun, StoredFile, User
from tests import factories as make
from tests.browser.test_customers import enter
from tests.privacy.test_erasing import lines_with

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


def rows_of(ids: list[int]) -> list[list[dict[str, object]]]:
    """What stands in the tables of these contacts, but for the marks that each change moves on."""
    tables = (Contact.objects.filter(pk__in=ids), *(m.objects.filter(contact__in=ids) for m in (ContactPoint, Address)))
    moving = ("version", "updated_at")
    return [[{k: v for k, v in row.items() if k not in moving} for row in t.order_by("pk").values()] for t in tables]


def test_an_administrator_walks_the_whole_way_of_data_alone(page: Page, live_server, transactional_db) -> None:
    make.make_company()
    walk(page, live_server, make.make_user(Role.ADMIN, name="Ada Admin"))


def test_a_marketer_walks_it_once_the_rights_reach_so_far(page: Page, live_server, transactional_db) -> None:
    make.make_company()
    marketer = make.make_user(Role.MARKETER, name="Mara Marketer")
    enter(page, live_server, marketer)
    someone = make.make_contact(name="Olga Ordinary", owner=marketer)
    page.goto(f"{live_server.url}{someone.get_absolute_url()}?tab=privacy")
    expect(page.get_by_role("heading", name="Olga Ordinary", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Erase them")).to_have_count(0)
    someone.delete()
    rights = {"contacts.contact": (Verb.DELETE,), "contacts.privacyrequest": (Verb.VIEW, Verb.RUN)}
    for model, verb in ((model, verb) for model, verbs in rights.items() for verb in verbs):  # an administrator does
        AccessRule.objects.create(role=Role.MARKETER, model=model, verb=verb, scope=Scope.ALL)
    walk(page, live_server, marketer)


def walk(page: Page, live_server, user: User) -> None:
    base = live_server.url
    enter(page, live_server, user)
    bring_in(page, base, as_file("people.csv", [HEAD, *people(), ["Total 102", *[""] * 7]]))
    expect(figure(page, "New")).to_have_text("101")
    expect(figure(page, "Not taken")).to_have_text("2")
    expect(page.get_by_text("1906-02-31")).to_be_visible()
    expect(page.get_by_text("looks like a sum of the rows above")).to_be_visible()
    refused = saved(page, page.get_by_role("link", name="Download", exact=True))
    assert [row[0] for row in refused] == ["id", "G-2", "Total 102"]
    mended = [[cell.replace("1906-02-31", "1906-12-09") for cell in row] for row in refused]
    bring_in(page, base, as_file("mended.csv", mended))
    expect(figure(page, "New")).to_have_text("1")
    expect(figure(page, "Not taken")).to_have_text("1")
    assert Contact.objects.count() == 102
    bring_in(page, base, as_file("mended.csv", mended))
    expect(figure(page, "New")).to_have_text("0")

    run_steps(actor=None, as_of=dt.date(2026, 6, 30), only=["duplicates"])  # as each night
    grace, twin = (Contact.objects.get(external_id=one) for one in ("G-1", "G-2"))
    before = rows_of([grace.pk, twin.pk])
    merge_and_undo(page, base)
    assert rows_of([grace.pk, twin.pk]) == before
    assert Contact.objects.filter(merged_into=None, archived_at=None).count() == 102

    out = export(page, base)
    assert len(out) == 3
    assert {"Grace Hopper", "Grace Hoper"} <= {cell for row in out for cell in row}
    erase(page, base, grace)
    contents = [one.file.read() for one in StoredFile.objects.filter(removed_at=None)]
    assert not any(b"grace@navy.example" in one for one in contents)
    assert any(b"hopper@home.example" in one for one in contents)
    assert len(export(page, base)) == 2
    for address in ("/contacts/?q=Grace+Hopper", "/search/?q=Grace+Hopper"):
        page.goto(f"{base}{address}")
        page.wait_for_load_state("networkidle")
        expect(page.locator("main").get_by_text("Grace Hopper", exact=True)).to_have_count(0)
    assert [lines_with(word) for word in ("Grace Hopper", "grace@navy.example")] == [[], []]


def merge_and_undo(page: Page, base: str) -> None:
    """From the queue to one contact, and apart again."""
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


def erase(page: Page, base: str, grace: Contact) -> None:
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
