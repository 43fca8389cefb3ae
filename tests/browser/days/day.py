"""A day at the desk: a signed-in person, a browser, a demo company, and what must never happen meanwhile."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from time import monotonic

from django.db.models import QuerySet
from playwright.sync_api import Locator, Page, Request, expect

from contacts.models import Contact
from crm.choices import Verb
from crm.models import User

OPTION = ".ts-dropdown:visible .option"
ANSWER_MS = 60_000  # three browsers and their servers share two slow cores in the suite
BREATH_SECONDS = 6.0  # people look at what they did before they go on


class Day:
    """`chance` decides who is called and what is typed, so that a day can be lived again."""

    def __init__(self, page: Page, base: str, user: User, chance: random.Random) -> None:
        self.page, self.base, self.user, self.chance = page, base, user, chance
        self.faults: list[str] = []
        self.done: list[str] = []
        page.set_default_timeout(ANSWER_MS)
        self.asked: set[Request] = set()
        page.on("request", self._asks)
        page.on("requestfinished", self._has_answer)
        page.on("requestfailed", self._has_answer)
        page.on("response", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))

    def live(self, chores: tuple[Callable[[Day], None], ...], seconds: float) -> None:
        """Do every chore once, then any of them in any order until the time is over, with a breath between two."""
        for chore in self._order(chores, monotonic() + seconds):
            try:
                chore(self)
            except Exception as error:
                error.add_note(f"chore {chore.__name__}, number {len(self.done) + 1}, at {self.page.url}")
                error.add_note(f"not answered: {[f'{one.method} {one.url}' for one in self.asked]}")
                raise
            self.done.append(chore.__name__)
            assert self.faults == [], f"{chore.__name__}: {self.faults}"
            if seconds:
                self.page.wait_for_timeout(1000 * self.chance.uniform(0, 2 * BREATH_SECONDS))

    def _order(self, chores: tuple[Callable[[Day], None], ...], end: float) -> Iterator[Callable[[Day], None]]:
        yield from chores
        while monotonic() < end:
            yield self.chance.choice(chores)

    def _asks(self, request: Request) -> None:
        self.asked.add(request)

    def _has_answer(self, request: Request) -> None:
        self.asked.discard(request)

    def _heard(self, response) -> None:
        is_ours = response.url.startswith(self.base)
        if is_ours and (response.status >= 500 or response.status == 404):
            self.faults.append(f"{response.status} {response.request.method} {response.url}")

    # what hands do

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}{path}")
        self.settle()

    def settle(self) -> None:
        """Scripts are deferred, so keys count from here on."""
        self.page.wait_for_load_state("networkidle")

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name)

    def pick(self, words: str) -> None:
        """Type into the picker that has the focus and take the first that fits."""
        self.type(words)
        expect(self.page.locator(OPTION).filter(has_text=words).first).to_be_visible()
        self.page.locator(OPTION).filter(has_text=words).first.click()

    def find(self, words: str, name: str) -> None:
        """Open a record by Ctrl-K, without the mouse."""
        self.keys("Control+k")
        expect(self.page.locator("#palette-input")).to_be_focused()
        self.type(words)
        found = self.page.get_by_role("option").filter(has_text=name).first
        expect(found).to_be_visible()
        while self.page.locator("[role=option][aria-selected=true]").filter(has_text=name).count() == 0:
            self.keys("ArrowDown")
        self.keys("Enter")
        self.says(name, "h1")
        self.settle()

    # what eyes see

    def says(self, words: str | re.Pattern[str], where: str = "main") -> None:
        expect(self.page.locator(where).first).to_contain_text(words)

    def told(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.locator("#toasts")).to_contain_text(words)

    # whom the day is about

    def contacts(self) -> QuerySet[Contact]:
        return Contact.objects.visible_to(self.user, Verb.CHANGE).filter(archived_at=None).order_by("pk")

    def someone(self, **facts) -> Contact:
        """A customer whose name nobody else has."""
        mine = list(self.contacts().filter(**facts).values_list("pk", "name"))
        everybody = list(Contact.objects.values_list("name", flat=True))
        while True:
            pk, name = self.chance.choice(mine)
            if len(name) > 5 and sum(name.lower() in other.lower() for other in everybody) == 1:
                return Contact.objects.get(pk=pk)

    def words(self) -> str:
        return self.chance.choice(SAID) + f" ({len(self.done) + 1})"


SAID = (
    "Wants forty frames in oak by Friday",
    "Asked for the new price list",
    "Is happy with the last delivery",
    "Moves house in spring, new address to come",
    "Compares us with the shop on Mill Street",
    "Pays by the end of the month",
)
