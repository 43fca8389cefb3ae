"""The main job, end to end in a browser: an empty instance, a real file imported by a marketer, scored by a worker."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from playwright.sync_api import Page, expect

from analytics.models import RfmSegment
from contacts.models import Contact
from crm.models import User
from orders.models import OrderLine

CDNOW = Path(__file__).parents[1] / "data" / "cdnow_sample_transactions.csv"
PASSWORD = "a long pass phrase"
LONG_MS = 60_000
# computed from the file by an independent program, by the rules of the glossary
AT_1997 = {
    "by_score": [[480, 478, 459, 475, 465], [1398, 0, 439, 216, 304], [480, 464, 471, 471, 471]],
    "segments": {
        "champions": 322, "loyal": 183, "big spenders": 73, "new": 0, "promising": 295, "potential loyal": 102,
        "need attention": 424, "cannot lose": 14, "at risk": 77, "hibernating": 412, "lost": 455,
    },
}  # fmt: skip
AT_1998 = {
    "by_score": [[482, 471, 463, 470, 471], [1205, 0, 406, 358, 388], [481, 462, 472, 471, 471]],
    "segments": {
        "champions": 381, "loyal": 348, "big spenders": 28, "new": 0, "promising": 174, "potential loyal": 50,
        "need attention": 423, "cannot lose": 15, "at risk": 78, "hibernating": 403, "lost": 457,
    },
}  # fmt: skip


@pytest.fixture
def empty_instance(transactional_db) -> None:
    """No people, no company; the segment table as the migrations made it."""
    User.objects.all().delete()
    if not RfmSegment.objects.exists():  # a test before this one emptied every table
        import_module("analytics.migrations.0002_shipped_rows").add_segments(apps, None)


def set_up(page: Page, base: str) -> None:
    """The first visitor names the company and becomes its administrator."""
    page.goto(base)
    expect(page).to_have_url(re.compile(r"/setup/$"))
    page.get_by_label("Company").fill("Harbour Records")
    page.get_by_label("Currency").fill("USD")
    page.get_by_label("Your name").fill("Nora Lind")
    page.get_by_label("Your e-mail address").fill("nora@crm.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nora")


def sign_in(page: Page, base: str, email: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{base}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("input[type=password]")).to_have_count(0)


def import_orders(page: Page, base: str) -> None:
    """Upload, map by hand, look at the preview, run; ends on the result."""
    page.goto(f"{base}/imports/new/")
    page.get_by_role("radio", name="Orders:").check()
    page.locator("input[type=file]").set_input_files(CDNOW)
    page.get_by_role("button", name="Read the file").click()
    for column, field in {"customer_id": "contact_external_id", "date": "ordered_at", "cds": "quantity"}.items():
        page.get_by_role("combobox", name=column, exact=True).select_option(field)
    expect(page.get_by_text("The first 1,000 rows are fine.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Import")).click()
    expect(page).to_have_url(re.compile(r"/jobs/\d+/$"))
    page.reload()
    expect(page.get_by_text("Rows read")).to_be_visible(timeout=LONG_MS)


def score(page: Page, base: str, as_of: str, said: str) -> None:
    """Ask for the scores as of a day and wait until a worker has computed them."""
    page.goto(f"{base}/analytics/rfm/?score=1")
    page.get_by_label("As of").fill(as_of)
    page.get_by_role("button", name="Score now").click()
    expect(page.locator(".page-note").filter(has_text=f"as of {said}")).to_be_visible(timeout=LONG_MS)


def counts_by_score(page: Page) -> list[list[int]]:
    """R, F and M: how many customers have each score, 1 to 5, as the table on the page says."""
    rows = page.locator(".score-table tbody tr")
    cells = [rows.nth(n).locator("td").all_inner_texts() for n in range(5)]
    best_first = [[int(text.split()[0].replace(",", "")) for text in row] for row in cells]
    return [[row[letter] for row in reversed(best_first)] for letter in range(3)]


def customers_by_segment(page: Page) -> dict[str, int]:
    rows = page.locator(".segment-table", has_text="champions").locator("tbody tr").all()
    lines = [(row.locator("th").inner_text(), row.locator("td").first.inner_text()) for row in rows]
    return {name.strip(): int(count.replace(",", "")) for name, count in lines}


def test_a_marketer_imports_a_real_file_and_sees_who_the_best_customers_are(
    page: Page, live_server, empty_instance, real_worker
) -> None:
    base = live_server.url
    set_up(page, base)
    User.objects.create_user("mara@crm.example", PASSWORD, name="Mara Stein", role="marketer")
    sign_in(page, base, "mara@crm.example")

    import_orders(page, base)
    expect(page.get_by_text("6,919").first).to_be_visible()
    assert (OrderLine.objects.count(), Contact.objects.count()) == (6919, 2357)

    score(page, base, "1997-09-30", "30 Sep 1997")
    assert counts_by_score(page) == AT_1997["by_score"]
    assert customers_by_segment(page) == AT_1997["segments"]
    score(page, base, "1998-06-30", "30 Jun 1998")
    assert counts_by_score(page) == AT_1998["by_score"]
    assert customers_by_segment(page) == AT_1998["segments"]
    cards = page.locator(".figure-row").inner_text()
    assert all(figure in cards for figure in ("2,357", "6,919", "244,091.94"))

    page.locator(".segment-table").get_by_role("link", name="champions").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Contacts")
    expect(page.locator(".page-head, main").first).to_contain_text("381")

    import_orders(page, base)
    assert (OrderLine.objects.count(), Contact.objects.count()) == (6919, 2357)
