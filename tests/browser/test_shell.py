"""The frame around every page as people meet it: in both colours, wide and on a phone, by keyboard alone."""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from crm.choices import JobState, Role
from crm.models import Company, JobRun, User

PASSWORD = "a long pass phrase"
AXE = (Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js").read_text()
RUN_AXE = """async () => (await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}))
    .violations.map(fault => `${fault.id}: ${fault.nodes.map(node => node.target.join(" ")).join(", ")}`)"""
TOO_WIDE = "() => document.documentElement.scrollWidth - window.innerWidth"
PAGES = ("/", "/jobs/", "/accounts/password/change/", "/accounts/logout/", "/no-such-page/")
SIZES = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def mia(transactional_db) -> User:
    Company.objects.update_or_create(pk=1, defaults={"name": "Northwind", "currency": "EUR"})
    return User.objects.create_user("mia@crm.example", PASSWORD, name="Mia Keller", role=Role.ADMIN)


def sign_in(page: Page, base: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.get_by_label("Email").fill("mia@crm.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mia")


def faults_of(page: Page, address: str) -> list[str]:
    """What axe finds on the page, and whether it scrolls sideways."""
    page.goto(address)
    page.evaluate(AXE)
    wide = page.evaluate(TOO_WIDE)
    return page.evaluate(RUN_AXE) + ([f"scrolls sideways by {wide} px"] if wide > 0 else [])


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_pages_of_the_shell_have_no_accessibility_fault(browser: Browser, live_server, mia, colours, size):
    with browser.new_context(viewport=SIZES[size], color_scheme=colours) as context:
        page = context.new_page()
        assert faults_of(page, f"{live_server.url}/accounts/login/") == []
        sign_in(page, live_server.url)
        faults = {path: faults_of(page, live_server.url + path) for path in PAGES}
        assert [path for path in PAGES if faults[path]] == [], faults


def test_colours_and_rows_survive_a_reload(page: Page, live_server, mia):
    sign_in(page, live_server.url)
    page.get_by_role("button", name="You: Mia Keller").click()
    for choice in ("Dark", "dense"):
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_role("button", name=choice).click()
    page.reload()
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    expect(root).to_have_attribute("data-density", "dense")


def test_a_phone_gets_a_bottom_bar_with_everything_behind_more(browser: Browser, live_server, mia):
    with browser.new_context(viewport=SIZES["phone"]) as context:
        page = context.new_page()
        sign_in(page, live_server.url)
        expect(page.locator(".side")).to_be_hidden()
        page.get_by_role("button", name="More").click()
        page.locator("#more").get_by_role("link", name="Jobs").click()
        expect(page).to_have_url(f"{live_server.url}/jobs/")


def test_sign_out_by_keyboard(page: Page, live_server, mia):
    sign_in(page, live_server.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_role("button", name="You: Mia Keller").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_progress_moves_by_itself_and_ends_with_the_result(page: Page, live_server, mia):
    job = JobRun.objects.create(kind="import", title="Import of customers.csv", actor=mia, state=JobState.RUNNING)
    sign_in(page, live_server.url)
    page.goto(live_server.url + job.get_absolute_url())
    JobRun.objects.filter(pk=job.pk).update(progress_done=50, progress_total=200)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "25")
    page.reload()
    expect(page.get_by_text("50 of 200")).to_be_visible()
    result = {"rows": 200, "created": 197, "updated": 0, "unchanged": 0, "rejected": 3, "seconds": 1.2}
    JobRun.objects.filter(pk=job.pk).update(state=JobState.DONE, result=result)
    expect(page.get_by_text("197", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
