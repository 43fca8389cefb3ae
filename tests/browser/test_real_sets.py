"""Real sets of deals and leads through the wizard: what it guesses, what it asks, what came in, and the figures on the
pages. In the suite the leads are the first 500, and of the deals with American days those that can be read in two ways;
`make drills` takes all."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from analytics.models import ModelRun
from crm.choices import Role
from crm.jobs import run_job
from crm.models import CustomField, JobRun, User
from leads.models import Lead
from pipeline.models import Deal
from tests import factories as make
from tests.browser.test_customers import enter
from tests.drills.tally import IS_LONG, size
from tests.importing.tables import DATA, brought_in
from tests.pipeline.test_real_pipeline import PRODUCTS

SELLERS = ["sales_agent=name", "manager=manager_name", "regional_office=team"]
GUESSED = {
    "opportunity_id": "External id", "sales_agent": "Owner's name", "product": "Product", "account": "Organization",
    "deal_stage": "Stage", "engage_date": "Opened on", "close_date": "Closed on", "close_value": "Amount",
}  # fmt: skip
AFTER_CONTACT = [
    "Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity", "Asymmetrique Activity Index",
    "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score",
]  # fmt: skip
# counted from the file by others: deals open, their list value, weighted, what came, naive, by day
BACK_TESTS = (
    "1,330", "3,280,185", "2,712,368", "1,559,305", "3,086,111", "1,134,672", "1,686", "4,216,807", "2,810,452",
    "1,441,450", "2,982,255", "2,409", "5,763,490", "3,692,531", "1,251,928", "2,802,496",
)  # fmt: skip
PERFORMANCE = ("4,966,215", "3,136,167", "3,110,729", "3,892,229", "2,457,945", "1,073,986", "1,425 open deals")
BY_OFFICE = {
    "Central": ("2,604", "1,629", "62.56", "3,346,293"), "East": ("1,858", "1,171", "63.02", "3,090,594"),
    "West": ("2,249", "1,438", "63.94", "3,568,647"),
}  # fmt: skip


@pytest.fixture
def ada(transactional_db) -> User:
    make.make_company()
    return make.make_user(Role.ADMIN, name="Ada Admin")


def table_of(name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(gzip.decompress((DATA / name).read_bytes()).decode())))


def written(folder: Path, name: str, rows: list[list[str]]) -> Path:
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return path


def as_a_spreadsheet_saves_it(row: list[str]) -> list[str]:
    """The days of opening and closing as 3/1/2017."""
    return [*row[:5], *(re.sub(r"(\d+)-0?(\d+)-0?(\d+)", r"\2/\3/\1", cell) for cell in row[5:7]), row[7]]


def is_open_to_two_readings(row: list[str]) -> bool:
    return all(int(cell[-2:] or 0) <= 12 for cell in row[5:7])


def upload(page: Page, base: str, kind: str, path: Path) -> None:
    page.goto(f"{base}/imports/new/")
    page.locator(f"[name=kind][value={kind}]").check()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Read the file").click()


@contextmanager
def answered(page: Page) -> Iterator[None]:
    """What is changed inside is sent, and the page is the answer afterwards."""
    with page.expect_response(lambda one: one.request.method == "POST" and "/imports/" in one.url):
        yield
    expect(page.locator("#mapping.htmx-request, #mapping.htmx-swapping, #mapping.htmx-settling")).to_have_count(0)


def work(page: Page) -> None:
    """Do what waits, as a worker would: one started for this would take longer than the work."""
    expect(page.get_by_role("progressbar").or_(page.locator("progress")).first).to_be_visible()
    run_job(JobRun.objects.latest("pk").pk)
    page.reload()


def run(page: Page, new: str, same: str = "0") -> None:
    """Start it; nothing is refused, and so many rows are new, so many there already."""
    page.get_by_role("button", name=re.compile("^Import .* rows")).click()
    expect(page).to_have_url(re.compile(r"/jobs/\d+/$"))
    work(page)
    cards = page.locator(".figure-row")
    expect(cards).to_contain_text("Rows read")
    words = re.sub(r"\s+", " ", cards.inner_text())
    assert f"New {new} " in words and f"Changed 0 {same} were the same already Not taken 0 " in words


def name_the_product(page: Page) -> None:
    """GTXPro of the deals is the GTX Pro of the price list; of an earlier file it is remembered."""
    if page.locator("[name=value_from_0]").is_visible():
        expect(page.locator("[name=value_from_0]")).to_have_value("GTXPro")
        expect(page.locator("[name=value_to_0]")).to_have_value("GTX Pro")
        return
    page.get_by_text("Values that mean another").click()
    with answered(page):
        page.locator("[name=value_field_0]").select_option("product_external_id")
        page.locator("[name=value_from_0]").fill("GTXPro")
        page.locator("[name=value_to_0]").fill("GTX Pro")
        page.locator("[name=value_to_0]").blur()


def compute(page: Page, address: str, button: str, shown: str, as_of: str = "") -> None:
    """As of today, unless said."""
    page.goto(f"{address}?run=1")
    if as_of:
        page.get_by_label("As of").fill(as_of)
    page.get_by_role("button", name=button).click()
    work(page)
    expect(page.get_by_text(shown).first).to_be_visible()


def test_a_seller_of_hardware_is_brought_in_and_forecast(page: Page, live_server, ada, tmp_path):
    base = live_server.url
    enter(page, live_server, ada)
    brought_in("users", DATA / "sales_teams.csv", SELLERS)
    brought_in("products", DATA / "products.csv", PRODUCTS)
    head, *deals = table_of("sales_pipeline.csv.gz")
    american = [as_a_spreadsheet_saves_it(row) for row in deals]
    unclear = [row for row, iso in zip(american, deals, strict=True) if is_open_to_two_readings(iso)]
    upload(page, base, "deals", written(tmp_path, "some_us_dates.csv", [head, *unclear]))
    shown = {name: page.get_by_role("combobox", name=name, exact=True).locator("option:checked") for name in GUESSED}
    assert {name: one.inner_text() for name, one in shown.items()} == GUESSED
    expect(page.get_by_role("status").first).to_contain_text("can be day/month/year or month/day/year")
    expect(page.get_by_role("button", name=re.compile("^Import"))).to_be_disabled()
    name_the_product(page)
    with answered(page):
        page.get_by_label("Dates in figures").select_option("mdy")
    expect(page.get_by_text("The first 1,000 rows are fine.")).to_be_visible()
    expect(page.get_by_role("region", name="Preview")).to_contain_text("2017-03-10")
    assert Deal.objects.count() == 0
    run(page, "2,132")

    files = [("sales_pipeline.csv", deals, "6,668", "2,132"), ("sales_pipeline_us_dates.csv", american, "0", "8,800")]
    for name, rows, new, same in files[: size(1, 2)]:
        upload(page, base, "deals", written(tmp_path, name, [head, *rows]))
        name_the_product(page)
        run(page, new, same)

    page.goto(f"{base}/pipeline/")
    columns = page.locator(".board-column")
    expect(columns.filter(has_text="Prospecting").locator(".board-count")).to_have_text("500")
    expect(columns.filter(has_text="Engaging").locator(".board-count")).to_have_text("1,589")
    page.goto(f"{base}/analytics/performance/?by=office")
    for office, figures in BY_OFFICE.items():
        row = page.get_by_role("row", name=re.compile(f"^{office}"))
        for figure in figures:
            expect(row).to_contain_text(figure)
    for figure in PERFORMANCE:
        expect(page.locator("main")).to_contain_text(figure)
    compute(page, f"{base}/analytics/forecast/", "Forecast now", "Go by “Learned”", as_of="2017-12-31")
    for figure in BACK_TESTS:
        expect(page.get_by_role("region", name="Back-tests")).to_contain_text(figure)


def test_leads_of_a_school_are_brought_in_with_what_came_later_told_apart(page: Page, live_server, ada, tmp_path):
    base, rows = live_server.url, table_of("leads_x_education.csv.gz")[: 1 + size(500, 4_644)]
    enter(page, live_server, ada)
    upload(page, base, "leads", written(tmp_path, "leads.csv", rows))
    guessed = {"Prospect ID": "External id", "Lead Source": "Source", "Converted": "Became a customer"}
    for column, guess in guessed.items():
        select = page.get_by_role("combobox", name=column, exact=True)
        expect(select.locator("option:checked")).to_have_text(guess)
    with answered(page):
        page.get_by_label("Texts that mean “not given”").fill("Select")
        page.get_by_label("Texts that mean “not given”").blur()
    page.get_by_role("button", name="Make custom fields of the others").click()
    expect(page.get_by_text("all imported")).to_be_visible()
    with answered(page):
        for column in AFTER_CONTACT:
            row = page.locator(".import-columns tr").filter(has=page.get_by_role("rowheader", name=column, exact=True))
            row.get_by_label("filled in after the fact").check()
    run(page, f"{len(rows) - 1:,}")
    late = CustomField.objects.filter(is_late=True).values_list("label", flat=True)
    assert (set(late), Lead.objects.filter(converted=True).count()) == (
        set(AFTER_CONTACT), sum(row[6] == "1" for row in rows),
    )  # fmt: skip

    compute(page, f"{base}/analytics/leads/", "Compute now", "Lift of the best tenth")
    auc = float(page.locator(".figure-card").filter(has_text="AUC").locator(".figure-value").inner_text())
    # with what was filled in after the contact it would be 0.98; the whole set's fair figures are 0.8616 and 0.8665
    assert (0.8565 if IS_LONG else 0.75) <= auc <= 0.92
    assert ModelRun.objects.get(step="leads").metrics["auc"] == pytest.approx(auc, abs=0.0006)
    assert not {"tags", "lead_quality"} & set(ModelRun.objects.get(step="leads").metrics["features"])
