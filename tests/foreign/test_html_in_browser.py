"""The corpus in a real browser: nothing of it runs, nothing of it loads (OWASP ASVS 1.3.1, 3.2.1)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from playwright.sync_api import Dialog, Error, Frame, Page, Route

from crm.foreign.html import clean_html, foreign_frame
from tests.foreign.payloads import LOAD_PAYLOADS, PAYLOADS, SCRIPT_PAYLOADS

pytestmark = pytest.mark.browser

SITE = "https://crm.example"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
)
HOOK = """
window.hits = [];
for (const name of ["alert", "confirm", "prompt"]) window[name] = () => { window.hits.push(location.href); };
"""
TOUCH_EVERYTHING = """() => {
  for (const element of document.querySelectorAll("body, body *")) {
    for (const kind of ["mouseover", "mousemove", "pointerenter", "focusin", "toggle", "animationstart"])
      element.dispatchEvent(new Event(kind, {bubbles: true}));
    if (element.focus) element.focus();
    if (element.click && element.tagName !== "A") element.click();
    if (element.tagName === "A" && /^\\s*(javascript|data|vbscript)/i.test(element.href)) element.click();
  }
}"""


class Watched:
    """A browser page that says what of the texts it shows ran, tried to run, or asked for something."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.body = ""
        page.context.add_init_script(HOOK)
        page.context.route("**/*", self._answer)
        page.on("console", lambda said: self.faults.append(said.text))
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Dialog) -> None:
        self.faults.append("dialog")
        dialog.dismiss()

    def _answer(self, route: Route) -> None:
        if route.request.url == f"{SITE}/mail":
            html = f"<!doctype html><html><body>{self.body}</body></html>"
            route.fulfill(status=200, content_type="text/html; charset=utf-8", headers=self.headers, body=html)
            return
        if "favicon" not in route.request.url:
            self.faults.append(f"asked for {route.request.url}")
        route.abort()

    def show(self, body: str, policy: str = "") -> list[str]:
        """What happened while the body was shown and everything in the page itself was touched."""
        self.body, self.faults = body, []
        self.headers = {"Content-Security-Policy": policy} if policy else {}
        try:
            self.page.goto(f"{SITE}/mail", wait_until="load")
            self.touch(self.page.main_frame)
        except Error as error:  # only a text that runs can lead the page away under our feet
            self.faults.append(f"the page went away: {error.message}")
        return [fault for fault in self.faults if "cid:" not in fault and "UNKNOWN_URL_SCHEME" not in fault]

    def touch(self, frame: Frame) -> None:
        frame.evaluate(TOUCH_EVERYTHING)
        self.faults += frame.evaluate("() => new Promise(done => setTimeout(() => done(window.hits), 5))")


@pytest.fixture
def watched(page: Page) -> Watched:
    return Watched(page)


def faults_of(watched: Watched, payloads: list[str], draw: Callable[[str], str], policy: str = "") -> list[str]:
    """What happened while the payloads, drawn by `draw`, were shown, a dozen at a time."""
    pages = ["<hr>".join(draw(payload) for payload in dozen) for dozen in batched(payloads, 12)]
    return [fault for page in pages for fault in watched.show(page, policy)]


def batched(payloads: list[str], size: int) -> list[list[str]]:
    return [payloads[start : start + size] for start in range(0, len(payloads), size)]


def raw_frame(text: str, rights: str = "") -> str:
    return format_html('<iframe {} srcdoc="{}"></iframe>', SafeString(rights), text)


def test_corpus_has_teeth_when_shown_as_it_came(watched):
    watched.show("".join(raw_frame(payload) for payload in LOAD_PAYLOADS))
    assert len({address.split("/")[3] for address in watched.faults if "asked for https://tripwire" in address}) >= 14
    watched.show("".join(raw_frame(payload) for payload in SCRIPT_PAYLOADS))
    watched.faults = []
    running = 0
    for frame in watched.page.main_frame.child_frames:
        before = len(watched.faults)
        with suppress(Error):  # led away by what it ran
            watched.touch(frame)
        running += len(watched.faults) > before
    assert running >= 30
    assert len(PAYLOADS) >= 60


def test_frame_stops_scripts_that_were_not_cleaned(watched):
    faults = watched.show("".join(raw_frame(payload, "sandbox") for payload in SCRIPT_PAYLOADS[::4]))
    assert sum("Blocked script execution" in fault for fault in faults) >= 8
    assert SITE not in faults  # nor did one of them reach the page around it


def test_cleaned_payloads_neither_run_nor_load_even_without_a_policy(watched):
    assert faults_of(watched, PAYLOADS, clean_html) == []


def test_frame_of_a_payload_neither_runs_nor_loads_under_the_policy_of_the_site(watched):
    assert faults_of(watched, PAYLOADS[::4], lambda text: foreign_frame(text, "Mail"), POLICY) == []


def test_frame_shows_the_text_and_has_no_rights(watched):
    watched.show(
        foreign_frame('<p>Dear <b>Mia</b>,</p>" onload="alert(1)"><script>alert(1)</script>', 'Mail "x"'), POLICY
    )
    body = watched.page.frame_locator("iframe").locator("body")
    assert body.inner_text(timeout=5_000).strip() == 'Dear Mia,\n\n" onload="alert(1)">'
    assert watched.page.evaluate("() => document.querySelector('iframe').contentDocument") is None


def test_nothing_is_left_that_could_dress_up_as_the_product(watched):
    watched.show("".join(clean_html(payload) for payload in PAYLOADS))
    allowed = set("alt colspan dir height href rel rowspan src target title width".split())
    names = watched.page.evaluate(
        "() => [...new Set([...document.querySelectorAll('body *')].flatMap(e => e.getAttributeNames()))].sort()"
    )
    assert set(names) <= allowed
