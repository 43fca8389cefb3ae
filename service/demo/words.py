"""What customers of a maker of frames ask and complain about, and what is answered: the stories of the demo's tickets.

`stories.txt` holds them: a line `= kind | priority | queue (a place in QUEUES) | how often | tags`, the subject, then
what is said: `>` the customer, `<` us, `!` a note among colleagues. `{product}` is what they
bought, `{number}` an order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

QUEUES = ("Support", "Claims", "Orders and delivery")
FILE = Path(__file__).with_name("stories.txt")


@dataclass(frozen=True)
class Story:
    """One kind of request. `turns` begin with us and go back and forth."""

    kind: str
    priority: str
    queue: int
    weight: int
    tags: tuple[str, ...]
    subject: str
    text: str
    turns: tuple[str, ...]
    notes: tuple[str, ...]


@cache
def stories() -> tuple[Story, ...]:
    """All of them, in the order of the file."""
    return tuple(_story(block) for block in FILE.read_text(encoding="utf-8").split("\n\n") if block.strip())


def _story(block: str) -> Story:
    head, subject, text, *rest = block.strip().splitlines()
    kind, priority, queue, weight, tags = (part.strip() for part in head.removeprefix("=").split("|"))
    return Story(
        kind=kind,
        priority=priority,
        queue=int(queue),
        weight=int(weight),
        tags=tuple(tag for tag in tags.split(", ") if tag),
        subject=subject,
        text=text.removeprefix("> "),
        turns=tuple(line[2:] for line in rest if line[0] in "<>"),
        notes=tuple(line[2:] for line in rest if line[0] == "!"),
    )
