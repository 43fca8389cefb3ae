"""What the loaders of the demo share: the period, the staff, and one batch of customers after the other."""

from __future__ import annotations

import datetime as dt
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from crm.demo.process import Customers, Ints, draw_customers

BATCH_SIZE = 20_000  # customers; bounds the memory, whatever the size of the company
Times = NDArray[np.datetime64]
Texts = NDArray[np.object_]


class DemoRefused(Exception):
    """The demo cannot be loaded here; the message is a sentence for the person who asked."""


@dataclass(frozen=True)
class Colleague:
    """A person of the company, as the loaders need it."""

    id: int
    name: str
    role: str
    team: str
    areas: tuple[str, ...] = ()


@dataclass
class House:
    """The company being made. `adding`: there may be data here already, of `there` contacts."""

    seed: int
    start: dt.date
    end: dt.date
    zone: ZoneInfo
    adding: bool = False
    there: int = 0
    next_contact: int = 1
    next_order: int = 1
    team_ids: dict[str, int] = field(default_factory=dict)
    colleagues: list[Colleague] = field(default_factory=list)
    partner_ids: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def days(self) -> int:
        """Days of the period, the last one included."""
        return (self.end - self.start).days + 1

    @property
    def weeks(self) -> float:
        return self.days / 7

    def in_team(self, team: str) -> list[Colleague]:
        return [person for person in self.colleagues if person.team == team]

    def with_role(self, role: str) -> list[Colleague]:
        return [person for person in self.colleagues if person.role == role]


@dataclass
class Book:
    """The contacts of a batch: its customers in their order, then prospects, then people at organizations."""

    id: Ints
    is_organization: NDArray[np.bool_]
    owner: Ints  # 0: nobody
    created_on: NDArray[np.datetime64]
    first_name: Texts
    city: Texts
    organization: Ints  # index into the book, -1: none
    people: list[Ints] = field(default_factory=list)


@dataclass
class Sales:
    """The orders of a batch, by time."""

    contact: Ints  # index into the batch's book
    at: Times  # datetime64[s], UTC
    number: Texts  # of a return: the number of the order it is of
    product: Texts  # the name of the first line's product
    channel: Texts
    is_return: NDArray[np.bool_]


@dataclass
class Batch:
    """Some customers with all that is theirs; loaders of lower floors fill in what those above use."""

    house: House
    number: int
    size: int
    customers: Customers
    book: Book | None = None
    sales: Sales | None = None

    def rng(self, name: str) -> np.random.Generator:
        """The random numbers of one loader: the same for the same seed, batch and name."""
        return stream(self.house, name, self.number)


Fill = Callable[[Batch], None]
Loader = Callable[[House], Fill | None]


def stream(house: House, name: str, number: int = 0) -> np.random.Generator:
    """Random numbers that depend on the seed, a name and a number only."""
    return np.random.default_rng([house.seed, house.there, number, zlib.crc32(name.encode())])


def batches(house: House, customers: int) -> Sequence[tuple[int, int]]:
    """(number, size) of each batch."""
    return [(i, min(BATCH_SIZE, customers - i * BATCH_SIZE)) for i in range(-(-customers // BATCH_SIZE))]


def make_batch(house: House, number: int, size: int) -> Batch:
    rng = stream(house, "customers", number)
    return Batch(house, number, size, draw_customers(rng, size, house.weeks))
