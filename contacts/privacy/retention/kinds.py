"""Kinds of data whose time can be over, as data: each app says its own in its `privacy.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from contacts.choices import Act

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from contacts.privacy.tables import Person


@dataclass(frozen=True)
class Times:
    """The moments that a rule works by: data `before` are too old; who ordered since `ordered_since` stays."""

    before: dt.datetime
    ordered_since: dt.datetime


@dataclass(frozen=True)
class Part:
    """A table below a row, the path from it to the row, and which of its fields are emptied (all that an erasure
    empties, without any)."""

    model: str
    path: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class AgedKind:
    """A kind of data: what is too old, and what is done about it.

    `old(before)` are the rows of `model` whose time is over; for `Act.ERASE` they are people: contacts, or rows that
    `people` makes persons of. `contact` is the path to the key of the contact that a row is about, whom a hold keeps;
    `held` are further conditions by which one does, with the words for it.
    Emptied are the fields `words`, or, without any, all that an erasure empties; `parts` are tables below. What a row
    is known by in another program stays. What is no row of a table of persons has a function: `run(before, at_most)`
    takes so many away and says how many. `months` is what we propose; every rule is off as shipped.
    """

    key: str
    title: str
    act: str
    months: int
    says: str
    model: str
    old: Callable[[dt.datetime], QuerySet[Any]]
    contact: str = ""
    words: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    people: Callable[[Sequence[int]], list[Person]] | None = None
    run: Callable[[dt.datetime, int], int] | None = None
    held: tuple[tuple[str, Callable[[], Exists]], ...] = ()

    @property
    def is_of_contacts(self) -> bool:
        """Whether it erases contacts: then it asks what keeps them back."""
        return self.act == Act.ERASE and self.model == "contacts.contact"


@dataclass(frozen=True)
class KeptBack:
    """Why a contact is not erased although its time is over: there is one of `rows(times)`, whose `contact` names them.
    What `is_open` should be ended before anybody erases them by hand, too."""

    title: str
    rows: Callable[[Times], QuerySet[Any]]
    contact: str = "contact"
    is_open: bool = False

    def keeps(self, path: str, times: Times) -> Exists:
        """The condition on rows whose contact stands at `path`. EXISTS, as NOT IN asks every row of every row."""
        return Exists(self.rows(times).order_by().filter(**{self.contact: OuterRef(path)}))
