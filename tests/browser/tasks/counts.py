"""The twelve daily tasks: what they take in other products, and what they take here, as docs/tasks.md says it.

The counts of the others are read from their source and their documentation; nothing of them was run, so that one more
or less is normal. Ours are counted by tests: `make tasks` counts and writes the page, and without it each test holds
what it counted against the page.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from tests.browser.hand import Hand

PAGE = Path(__file__).parents[3] / "docs" / "tasks.md"
COUNTED_IN = "CRM_COUNTED_IN"  # a folder for what the tests count; set by `make tasks`
WAYS = ("keys", "pointer")


@dataclass(frozen=True)
class Anchor:
    """One task; pointer actions and groups of keys together in EspoCRM, Frappe CRM, a stand-in; None: not possible."""

    task: str
    espo: int | None
    frappe: int | None
    stand_in: tuple[str, int] | None
    target: int

    @property
    def best(self) -> int:
        """The fewest that another product takes."""
        others = [self.espo, self.frappe, self.stand_in and self.stand_in[1]]
        return min(count for count in others if count)


ANCHORS: dict[int, Anchor] = {
    1: Anchor("log an answered call with its outcome, the customer found by name", 10, 20, None, 6),
    2: Anchor("a new lead: name, e-mail, source", 9, 9, None, 6),
    3: Anchor("move a deal to the next stage", 3, 4, None, 2),
    4: Anchor("find a customer by part of a phone number, read the last order", None, None, ("Odoo", 6), 2),
    5: Anchor("qualify a lead, convert it to a contact and a deal", 12, 3, None, 2),
    6: Anchor("answer a new ticket with a canned reply, close it", 8, None, ("Chatwoot", 4), 3),
    7: Anchor("a segment: Germany, bought in 90 days, over 1,000; see its size", None, None, ("Mautic", 22), 12),
    8: Anchor("send a prepared mail to that segment, a test first", 16, None, ("Mautic", 11), 7),
    9: Anchor("import a CSV of contacts, three columns to map", 14, 13, None, 7),
    10: Anchor("this quarter's forecast against target, open the deals behind it", None, None, ("Odoo", 6), 2),
    11: Anchor("give the contacts that match a filter to a colleague", 16, None, None, 7),
    12: Anchor("retention and NPS of the quarter beside the last; who left, who detracts", None, None, None, 2),
}


def count(number: int, way: str, hand: Hand) -> None:
    """Keep what a task took, and hold it against the page: by keys no more than the target, by the pointer alone no
    more than the best of the others and one."""
    took, anchor = hand.clicks + hand.groups, ANCHORS[number]
    assert took <= (anchor.target if way == "keys" else most_by_pointer(anchor)), (number, way, took)
    if folder := os.environ.get(COUNTED_IN):
        Path(folder, f"{number}.{way}").write_text(f"{hand.clicks} {hand.groups}")
    else:
        assert told()[number, way] == (hand.clicks, hand.groups), f"{number} by {way}: `make tasks` writes it anew"


def most_by_pointer(anchor: Anchor) -> int:
    """Shortcuts are a gift, never a condition: without them a task takes at most one more than elsewhere."""
    others = anchor.espo or anchor.frappe or anchor.stand_in
    return anchor.best + 1 if others else anchor.target + 5


def told() -> dict[tuple[int, str], tuple[int, int]]:
    """The counts on the page, by task and way."""
    found = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if cells[0].isdecimal():
            for way, cell in zip(WAYS, cells[-2:], strict=True):
                clicks, groups = map(int, re.findall(r"(\d+)c \+ (\d+)k", cell)[0])
                found[int(cells[0]), way] = (clicks, groups)
    return found
