"""The browser, and the rule that a page which breaks the Content-Security-Policy or throws fails its test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.chromium import launch_arguments

# Playwright's own event loop makes Django believe that the test is asynchronous
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
HERE = Path(__file__).parent
WATCH = """
document.addEventListener("securitypolicyviolation", event => {
  console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
});
"""
PATIENCE_MS = 20_000  # three browsers on two slow processors; a page that is right waits no longer for it
FAULTS = ("policy violation", "Content Security Policy", "htmx:evalDisallowedError")


expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder is a browser test."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """The browser found on this machine."""
    return launch_arguments()


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page whose policy violations and script errors fail the test."""
    faults: list[str] = []
    page.add_init_script(WATCH)
    page.on("console", lambda said: faults.append(said.text) if any(f in said.text for f in FAULTS) else None)
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    yield page
    assert faults == []
