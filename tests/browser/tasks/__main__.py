"""Writes docs/tasks.md of what the tests counted in the folder that the environment names."""

import os
from pathlib import Path

from tests.browser.tasks.counts import ANCHORS, COUNTED_IN, PAGE, WAYS, Anchor

HEAD = """# Twelve daily tasks, counted

What each takes from the own home page until it is saved, counted by a browser (`make tasks`; the tests are in
`tests/browser/tasks/`). **c** is a pointer action (click, drag, a file picked), **k** a group of keys (a value typed
with the Enter that ends or picks it, or one shortcut); a field that has the focus or is the next stop of Tab costs no
click; scrolling, reading and waiting cost nothing. The shortest way counts. *By pointer* uses no shortcut at all.

The counts of the other products are read from their source or documentation in 2026; none of them was run, so one
more or less is normal. "–": not possible in the open product.

| # | task | EspoCRM | Frappe CRM | another | here | here, by pointer |
|---|---|---|---|---|---|---|
"""


def row(number: int, anchor: Anchor, counted: dict[tuple[int, str], tuple[int, int]]) -> str:
    other = f"{anchor.stand_in[0]} {anchor.stand_in[1]}" if anchor.stand_in else ""
    ours = []
    for way in WAYS:
        clicks, groups = counted[number, way]
        ours.append(f"{clicks}c + {groups}k = {clicks + groups}")
    mark = f"**{ours[0]}**"
    cells = (str(number), anchor.task, str(anchor.espo or "–"), str(anchor.frappe or "–"), other, mark, ours[1])
    return f"| {' | '.join(cells)} |"


def main() -> None:
    folder = Path(os.environ[COUNTED_IN])
    counted = {}
    for file in folder.iterdir():
        number, way = file.name.split(".")
        clicks, groups = map(int, file.read_text().split())
        counted[int(number), way] = (clicks, groups)
    rows = [row(number, anchor, counted) for number, anchor in ANCHORS.items()]
    ours = sum(sum(counted[number, "keys"]) for number in ANCHORS)
    fewer = sum(sum(counted[n, "keys"]) < a.best for n, a in ANCHORS.items() if a.espo or a.frappe or a.stand_in)
    compared = sum(bool(a.espo or a.frappe or a.stand_in) for a in ANCHORS.values())
    both = [n for n, a in ANCHORS.items() if a.espo and a.frappe]
    sums = [sum(getattr(ANCHORS[n], name) for n in both) for name in ("espo", "frappe")]
    here = sum(sum(counted[n, "keys"]) for n in both)
    tail = (
        f"\nAll twelve: {ours}. Fewer than the best of the others in {fewer} of {compared} that another product can "
        f"do.\nOn the {len(both)} that EspoCRM and Frappe CRM both can do: {sums[0]} and {sums[1]}, here {here}.\n"
    )
    PAGE.write_text(HEAD + "\n".join(rows) + "\n" + tail)


main()
