"""Names of people by country, from `data/names.txt`; and what becomes of a name in an address."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crm.demo.house import Texts

DATA = Path(__file__).parent / "data"


def content(name: str) -> list[str]:
    """The lines of a data file, without comments; leading blanks kept."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


# letters with a way of their own to be written in the Latin alphabet, or without an accent to take off
LATIN = str.maketrans({left: right for pair in content("letters.txt") for left, right in [pair.split(" ")]})


@dataclass(frozen=True)
class Names:
    """The names of one country; `women_last[i]` is the form of `men_last[i]` that a woman bears."""

    women: Texts
    men: Texts
    men_last: Texts
    women_last: Texts


@cache
def names() -> dict[str, Names]:
    """Names by the two letters of the country."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in content("names.txt"):
        key, words = line.split(": ", 1)
        country, kind = key.split(" ")
        found[country, kind] = words.split(", ")
    return {country: _names(found, country) for country, kind in found if kind == "last"}


def draw_people(rng: np.random.Generator, country: Texts) -> tuple[Texts, Texts]:
    """A given name and a family name for each person living in `country`."""
    first, last = np.empty(len(country), object), np.empty(len(country), object)
    for code, lists in names().items():
        rows = np.flatnonzero(country == code)
        is_woman = rng.random(len(rows)) < 0.5
        first[rows] = np.where(is_woman, _pick(rng, lists.women, len(rows)), _pick(rng, lists.men, len(rows)))
        which = rng.integers(0, len(lists.men_last), len(rows))
        last[rows] = np.where(is_woman, lists.women_last[which], lists.men_last[which])
    return first, last


@cache
def ascii_letters(text: str) -> str:
    """Small letters of the Latin alphabet, digits and single hyphens, as in an address: Götz Weiß is goetz-weiss."""
    bare = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).translate(LATIN)).translate(LATIN)
    return re.sub(r"[^a-z0-9]+", "-", bare.encode("ascii", "ignore").decode().lower()).strip("-")


def _pick(rng: np.random.Generator, values: NDArray[np.object_], n: int) -> Texts:
    return values[rng.integers(0, len(values), n)]


def _names(found: dict[tuple[str, str], list[str]], country: str) -> Names:
    last = [name.split("/") for name in found[country, "last"]]
    lists = (found[country, "f"], found[country, "m"], [pair[0] for pair in last], [pair[-1] for pair in last])
    return Names(*(np.array(values, object) for values in lists))
