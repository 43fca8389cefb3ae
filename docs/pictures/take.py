"""Takes the pictures of this folder (or those that are named) from a running demo site:
`python -m docs.pictures.take http://127.0.0.1:8000 board deal`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.chromium import launch_arguments

HERE = Path(__file__).parent
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
BEST = "/contacts/?sort=-revenue"


def first_record(page: Page) -> None:
    """The page of the customer with the most revenue."""
    with page.expect_navigation(wait_until="networkidle"):
        page.locator("table[data-list] tbody tr a").first.click()


def call(page: Page) -> None:
    first_record(page)
    page.keyboard.press("c")
    expect(page.get_by_role("radio", name="Answered")).to_be_focused(timeout=30_000)
    page.keyboard.press("Tab")
    page.keyboard.type("Wants forty frames by Friday")


def orders(page: Page) -> None:
    first_record(page)
    page.get_by_role("link", name="Orders").last.click()
    page.wait_for_load_state("networkidle")


def ticked(page: Page) -> None:
    for key in ("j", "x", "j", "x", "j", "x"):
        page.keyboard.press(key)


def builder(page: Page) -> None:
    page.keyboard.press("f")
    expect(page.locator(".builder-row .ts-control input").first).to_be_focused(timeout=30_000)
    page.keyboard.type("City")
    page.locator(".ts-dropdown:visible .option", has_text="City").first.click()
    expect(page.locator(".builder-values input").first).to_be_focused(timeout=30_000)
    page.keyboard.type("Lyon")
    expect(page.locator(".builder-count")).to_contain_text("match")
    page.wait_for_load_state("networkidle")


def opened(page: Page, path: str) -> None:
    """Another page of the site."""
    page.goto(page.url.partition("/contacts/")[0] + path)
    page.wait_for_load_state("networkidle")


def board(page: Page) -> None:
    opened(page, "/pipeline/")


def deal(page: Page) -> None:
    """The first card of the last column: one of which much is known."""
    opened(page, "/pipeline/")
    page.locator(".board-column").last.locator(".card-title").first.click()
    page.wait_for_load_state("networkidle")


def quote(page: Page) -> None:
    opened(page, "/quotes/?state=sent")
    page.locator("table[data-list] tbody tr a").first.click()
    page.wait_for_load_state("networkidle")


def alerts(page: Page) -> None:
    opened(page, "/analytics/alerts/?waits=yes")


def dashboard(page: Page) -> None:
    opened(page, "/dashboards/house/")


def report(page: Page) -> None:
    opened(page, "/reports/ready/tickets-by-month/")


def portfolio(page: Page) -> None:
    opened(page, "/analytics/portfolio/")


def profitability(page: Page) -> None:
    opened(page, "/analytics/profitability/")


def nothing(page: Page) -> None:
    """The list as it opens."""


PICTURES: tuple[tuple[str, str, Callable[[Page], None]], ...] = (
    ("record", "light", first_record),
    ("record-call", "light", call),
    ("list", "light", nothing),
    ("list-chosen", "light", ticked),
    ("list-filter", "light", builder),
    ("record", "dark", first_record),
    ("board", "light", board),
    ("deal", "light", deal),
    ("quote", "light", quote),
    ("alerts", "light", alerts),
    ("dashboard", "light", dashboard),
    ("report", "light", report),
    ("portfolio", "light", portfolio),
    ("profitability", "light", profitability),
)


def take(browser: Browser, base: str, name: str, colours: str, size: str, act: Callable[[Page], None]) -> None:
    viewport = WIDE if size == "wide" else PHONE
    look: dict[str, Any] = {"viewport": viewport, "color_scheme": colours, "device_scale_factor": 1.5}
    with browser.new_context(**look) as context:
        page = context.new_page()
        page.goto(f"{base}/accounts/login/?next={BEST}")
        page.get_by_label("Email").fill("manager@example.com")
        page.get_by_label("Password").fill("demo")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_load_state("networkidle")
        act(page)
        page.wait_for_timeout(600)
        page.screenshot(path=HERE / f"{name}-{colours}-{size}.png")


def main(base: str, *names: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())  # type: ignore[arg-type]
        for name, colours, act in [one for one in PICTURES if not names or one[0] in names]:
            for size in ("wide", "phone"):
                take(browser, base, name, colours, size, act)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), *sys.argv[2:])
