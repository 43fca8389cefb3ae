"""The row of tabs of a record on a narrow window: what does not fit is opened from the menu at its end."""

from playwright.sync_api import Page, expect

from crm.choices import Role
from tests import factories as make
from tests.browser.test_customers import enter


def widen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_function("width => innerWidth === width", arg=width)


def is_in_sight(tab) -> bool:
    return tab.evaluate(
        """tab => {
          const { left, right } = tab.getBoundingClientRect(), row = tab.parentElement.getBoundingClientRect();
          return left >= row.left - 1 && right <= row.right + 1;
        }"""
    )


def test_a_tab_that_does_not_fit_is_opened_from_more_by_keyboard(page: Page, live_server, transactional_db):
    make.make_company()
    mia = make.make_user(Role.MANAGER, name="Mia")
    ann = make.make_contact(name="Ann", emails=("ann@example.com",))
    widen(page, 390)
    enter(page, live_server, mia)
    page.goto(f"{live_server.url}{ann.get_absolute_url()}")
    page.wait_for_load_state("networkidle")
    more, tab = page.get_by_role("button", name="More parts of this record"), page.locator("#tab-relations")
    assert not is_in_sight(tab)
    more.focus()
    page.keyboard.press("Enter")
    line = page.locator(".tabs-more").get_by_role("button", name="Relations")
    expect(line).to_be_visible()
    for _line in range(page.locator(".tabs-more .dropdown-item").count()):
        if not line.evaluate("line => line === document.activeElement"):
            page.keyboard.press("ArrowDown")
    with page.expect_response("**tab=relations**"):
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No relations yet")).to_be_visible()
    expect(tab).to_have_attribute("aria-current", "page")
    expect(tab).to_be_focused()
    for _try in range(100):  # it comes into sight once the part has settled
        if is_in_sight(tab):
            break
        page.wait_for_timeout(50)
    assert is_in_sight(tab)
    # what settles elsewhere, or another size of the window, leaves the row where a finger has moved it
    row = page.locator(".tabs-row > .tabs")
    row.evaluate("row => { row.scrollLeft = 0; }")
    page.evaluate("document.addEventListener('htmx:afterSettle', () => { window.hasSettled = true; }, { once: true })")
    page.evaluate("htmx.swap('#record-side', '<p>settled</p>', { swapStyle: 'innerHTML' })")
    expect(page.locator("#record-side")).to_have_text("settled")
    page.wait_for_function("window.hasSettled")
    widen(page, 400)
    assert row.evaluate("row => row.scrollLeft") == 0
    widen(page, 1600)
    expect(more).to_be_hidden()
    widen(page, 390)
    page.emulate_media(media="print")
    expect(page.locator(".tabs-row")).to_be_hidden()
