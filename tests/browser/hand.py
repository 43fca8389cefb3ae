"""What a person does with pointer and keyboard, counted by the rules of the daily tasks.

A click, a drag or the picking of a file is one pointer action; a value typed, with what ends or picks it, or one
shortcut, is one group of keys; what has the focus, or is the next stop of Tab, costs no click.
"""

from playwright.sync_api import Locator, Page, expect


class Hand:
    """Counts what a person does on a page."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.groups = page, 0, 0

    def press(self, *keys: str) -> None:
        """One shortcut; a second key (`g d`) belongs to it."""
        for key in keys:
            self.page.keyboard.press(key)
        self.groups += 1

    def type(self, text: str, end: str = "") -> None:
        self.page.keyboard.type(text)
        if end:
            self.page.keyboard.press(end)
        self.groups += 1

    def pick(self, text: str, offered: Locator, name: str | None = None) -> None:
        """A value typed and picked once `offered` (the first choice) says its name."""
        self.page.keyboard.type(text)
        expect(offered).to_contain_text(name or text)
        self.page.keyboard.press("Enter")
        self.groups += 1

    def tab(self) -> None:
        self.page.keyboard.press("Tab")

    def click(self, locator: Locator) -> None:
        locator.click()
        self.clicks += 1

    def drag(self, one: Locator, onto: Locator) -> None:
        one.drag_to(onto)
        self.clicks += 1

    def drop(self, field: Locator, path: str) -> None:
        field.set_input_files(path)
        self.clicks += 1


def at_home(page: Page, base: str) -> Hand:
    """A hand on the home page, which has come to rest."""
    page.goto(f"{base}/")
    page.wait_for_load_state("networkidle")
    return Hand(page)
