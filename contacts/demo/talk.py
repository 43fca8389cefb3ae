"""The words of the demo's contact history, from `talk.txt`: topics, each with subjects and texts that have slots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from crm.demo.house import Texts


@dataclass(frozen=True)
class Topic:
    """Something to talk about: how, for how long (seconds, None where it takes no time), what comes of it, in words."""

    channel: str
    direction: str
    seconds: tuple[int, int] | None
    outcomes: tuple[str, ...]
    subjects: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Talk:
    """Topics by name, and the words that fill a slot of the texts."""

    topics: dict[str, Topic]
    words: dict[str, Texts]


@cache
def talk() -> Talk:
    """What is in the file."""
    lines = (Path(__file__).parent / "talk.txt").read_text("utf-8").splitlines()
    blocks: dict[str, list[str]] = {}
    words: dict[str, Texts] = {}
    head = ""
    for line in (line for line in lines if line and not line.startswith("#")):
        if line.startswith("{"):
            slot, choices = line.split(" = ")
            words[slot.strip("{}")] = np.array(choices.split(", "), object)
        elif line.startswith(" "):
            blocks[head].append(line.strip())
        else:
            head = line
            blocks[head] = []
    return Talk({head.split(":")[0]: _topic(head, rows) for head, rows in blocks.items()}, words)


def say(
    rng: np.random.Generator, topic: Topic, product: Texts, number: Texts, city: Texts
) -> tuple[list[str], list[str]]:
    """A subject and a text for each row."""
    n = len(product)
    which = rng.integers(0, len(topic.texts), n).tolist()
    columns: dict[str, Iterable[object]] = {"product": product, "number": number, "city": city}
    columns |= {slot: words[rng.integers(0, len(words), n)] for slot, words in talk().words.items()}
    columns["count"] = rng.integers(2, 40, n).tolist()
    subjects, texts = [], []
    for i, values in zip(which, zip(*columns.values(), strict=True), strict=True):
        slots = dict(zip(columns, values, strict=True))
        subjects.append(_sentence(topic.subjects[i].format_map(slots)))
        texts.append(_sentence(topic.texts[i].format_map(slots)))
    return subjects, texts


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _topic(head: str, rows: list[str]) -> Topic:
    how, outcomes = head.split(": ", 1)[1].split(" | ")
    channel, direction, minutes = how.split(", ")
    low, _, high = minutes.partition("-")
    pairs = [row.split(" | ", 1) for row in rows]
    return Topic(
        channel=channel,
        direction=direction,
        seconds=(int(low) * 60, int(high) * 60) if low else None,
        outcomes=tuple("" if word == "-" else word for word in outcomes.split(", ")),
        subjects=tuple(pair[0] for pair in pairs),
        texts=tuple(pair[1] for pair in pairs),
    )
