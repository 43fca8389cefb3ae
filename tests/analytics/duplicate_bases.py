"""A made base of persons, of which the truth is known: households, firms, one firm of five hundred, and some people who
stand in it twice with a slip."""

from __future__ import annotations

from functools import cache

import numpy as np

from analytics.steps.duplicate_facts import FIELDS, OUTSIDE, Facts, coded, part_addresses
from contacts.choices import ContactKind

COLUMNS = (
    "first_name", "last_name", "birthday", "organization", "email", "phone", "street", "house_number", "postal_code",
    "city", "region",
)  # fmt: skip
SYLLABLES = ("ba", "ker", "lin", "do", "mar", "sen", "ti", "hol", "ga", "wen", "ro", "fel", "sch", "u", "nor", "pe")
FIRSTS, LASTS, STREETS = 150, 900, 400
FIRM_OF_MANY = "f-many"


def person(**known: str) -> dict[str, str]:
    """A row; what is not named is not known."""
    return {**dict.fromkeys(COLUMNS, ""), **known}


def facts_of(rows: list[dict[str, str]]) -> Facts:
    """What `read_facts` makes of persons who have these values, in their order."""
    columns = {name: coded([row[name] for row in rows]) for name in COLUMNS}
    columns["whole"] = coded([" ".join(sorted(f"{row['first_name']} {row['last_name']}".split())) for row in rows])
    facts = Facts(np.arange(len(rows), dtype=np.int64), columns, dict(FIELDS[ContactKind.PERSON]))
    for name in ("email", "phone"):
        own = coded([row[name] for row in rows], outside=OUTSIDE)
        facts.columns[name] = own
        places = np.flatnonzero(own.codes >= 0)
        facts.shared[name] = places, own.codes[places].astype(np.int64)
    part_addresses(facts)
    return facts


@cache
def town() -> tuple[tuple[dict[str, str], ...], int]:
    """The base, and how many people of it stand in it twice: those are the last rows."""
    rng = np.random.default_rng(20)
    make = _Maker(rng)
    rows: list[dict[str, str]] = []
    for number in range(500):
        rows += make.household(number)
    for number in range(150):
        rows += make.firm(f"f-{number}", int(rng.integers(1, 7)))
    rows += make.firm(FIRM_OF_MANY, 500)
    twice = rng.choice(len(rows), 60, replace=False)
    return (*rows, *(make.again(rows[place]) for place in twice)), len(twice)


class _Maker:
    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.firsts = self._words(FIRSTS, 2)
        self.lasts = self._words(LASTS, 3)
        self.streets = self._words(STREETS, 3)

    def _words(self, count: int, syllables: int) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < count:
            found["".join(self.rng.choice(SYLLABLES, syllables))] = None
        return list(found)

    def _one(self, words: list[str]) -> str:
        # frequent and rare ones, as names are
        return words[int(len(words) * self.rng.random() ** 2)]

    def _digits(self, count: int) -> str:
        return "".join(map(str, self.rng.integers(0, 10, count)))

    def _place(self) -> dict[str, str]:
        code = int(self.rng.integers(0, 60))
        return {
            "street": f"{self._one(self.streets)} street",
            "house_number": str(self.rng.integers(1, 90)),
            "postal_code": f"{10_100 + code * 97}",
            "city": f"town {code % 20}",
        }

    def _born(self) -> str:
        return str(np.datetime64("1940-01-01") + int(self.rng.integers(0, 25_000)))

    def household(self, number: int) -> list[dict[str, str]]:
        """One to four people of one name, with a telephone of the house and a mail of their own."""
        last, phone, place = self._one(self.lasts), self._digits(9), self._place()
        rows = []
        for _ in range(int(self.rng.integers(1, 5))):
            first = self._one(self.firsts)
            mail = f"{first}.{last}{self._digits(2)}@mail{number % 3}.example"
            rows.append(
                person(
                    first_name=first, last_name=last, birthday=self._born() if self.rng.random() < 0.7 else "",
                    email=mail if self.rng.random() < 0.7 else "", phone=phone, **place,
                )
            )  # fmt: skip
        return rows

    def firm(self, name: str, size: int) -> list[dict[str, str]]:
        """Colleagues: one house, one switchboard, first.last at one domain, no birthdays."""
        phone, place = self._digits(9), self._place()
        rows: list[dict[str, str]] = []
        for _ in range(size):
            first, last = self._one(self.firsts), self._one(self.lasts)
            namesakes = sum((row["first_name"], row["last_name"]) == (first, last) for row in rows)
            mail = f"{first}.{last}{namesakes + 1 if namesakes else ''}@{name}.example"
            rows.append(person(first_name=first, last_name=last, organization=name, email=mail, phone=phone, **place))
        return rows

    def again(self, row: dict[str, str]) -> dict[str, str]:
        """The same person, with one slip of some kind or something left out."""
        last = row["last_name"]
        slips = (
            {"last_name": last[:3] + last[4] + last[3] + last[5:]},
            {"first_name": row["first_name"][:-1]},
            {"birthday": "", "street": ""},
            {"email": ""},
            {"phone": "", "postal_code": row["postal_code"][:3] + row["postal_code"][4] + row["postal_code"][3]},
            {"first_name": last, "last_name": row["first_name"]},
        )
        return row | slips[int(self.rng.integers(len(slips)))]
