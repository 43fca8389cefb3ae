"""What the demo's contacts allow, and how they stand to each other."""

from __future__ import annotations

import numpy as np

from contacts.choices import ConsentChannel, ConsentLevel, RelationKind
from contacts.demo.drafts import NONE
from contacts.models import Consent, Relationship
from crm.demo.house import Batch, Book, Fill, House, Texts, Times
from crm.demo.process import Ints
from crm.demo.writing import copy_columns

ASKED = 0.62  # of the contacts that were asked for their e-mail consent, soon after they came
CONFIRMED, AGREED, IMPLIED = 0.35, 0.45, 0.12  # of those asked; the rest said no
TOOK_BACK = 0.07  # of those who agreed, later
BY_PHONE, BY_POST = 0.15, 0.10
SOURCES = ("web shop, at the order", "newsletter form", "fair in Hanover", "on the phone", "showroom tablet")
WORDING = "Yes, tell me about offers and news by e-mail. I can take this back at any time."
PARTNERS_PER_FIRM = 0.12
REFERRED = 0.04
KINDS = (
    (RelationKind.SUPPLIER, 0.3),
    (RelationKind.PARTNER, 0.3),
    (RelationKind.MEMBER, 0.1),
    (RelationKind.COMPETITOR, 0.2),
    (RelationKind.DOOR_OPENER, 0.1),
)


def load(house: House) -> Fill:
    """The function that writes the consents and relations of a batch."""
    return fill


def fill(batch: Batch) -> None:
    book = batch.book
    if book is None:
        raise RuntimeError("The loader of ties comes after that of contacts in CRM_DEMO_LOADERS.")
    _consents(batch.rng("consents"), batch.house, book)
    _relations(batch.rng("relations"), batch.house, book)


def _consents(rng: np.random.Generator, house: House, book: Book) -> None:
    """Who was asked for e-mail, phone and post; some take it back."""
    size = len(book.id)
    asked = np.flatnonzero(rng.random(size) < ASKED)
    limits = np.cumsum((CONFIRMED, AGREED, IMPLIED))
    levels = np.array((ConsentLevel.DOUBLE_OPT_IN, ConsentLevel.OPT_IN, ConsentLevel.IMPLIED, ConsentLevel.NONE))
    level = levels[np.searchsorted(limits, rng.random(len(asked)))]
    day = _within(rng, house, book.created_on[asked], 60)
    _write(rng, house, book, asked, ConsentChannel.EMAIL, level, day)
    back = (level > ConsentLevel.NONE) & (rng.random(len(asked)) < TOOK_BACK)
    no = np.zeros(int(back.sum()), np.int64)
    _write(rng, house, book, asked[back], ConsentChannel.EMAIL, no, _within(rng, house, day[back] + 1, 500))
    for channel, share in ((ConsentChannel.PHONE, BY_PHONE), (ConsentChannel.POST, BY_POST)):
        rows = asked[rng.random(len(asked)) < share]
        yes = np.full(len(rows), ConsentLevel.OPT_IN, np.int64)
        _write(rng, house, book, rows, channel, yes, _within(rng, house, book.created_on[rows], 90))


def _within(rng: np.random.Generator, house: House, first: Times, days: int) -> Times:
    """A day within so many days from the first, not after the end."""
    later: Times = first + rng.integers(0, days, len(first)).astype("m8[D]")
    return np.minimum(later, np.datetime64(house.end))


def _write(
    rng: np.random.Generator, house: House, book: Book, rows: Ints, channel: str, level: Ints, day: Times
) -> None:
    if not len(rows):
        return
    moment = day.astype("M8[s]") + rng.integers(7 * 3600, 20 * 3600, len(rows)).astype("m8[s]")
    sources: Texts = np.array(SOURCES, object)[rng.integers(0, len(SOURCES), len(rows))]
    sources[level == ConsentLevel.NONE] = "link in a mail"
    wordings = np.where((level >= ConsentLevel.OPT_IN) & (channel == ConsentChannel.EMAIL), WORDING, "")
    house.counts["consents"] += copy_columns(
        Consent,
        {
            "contact": book.id[rows],
            "channel": str(channel),
            "purpose": "marketing",
            "level": level.astype(np.int64),
            "basis": "consent",
            "recorded_at": moment,
            "source": sources,
            "wording": wordings.astype(object),
            "proof": "",
            "created_at": moment,
        },
        count=len(rows),
    )


def _relations(rng: np.random.Generator, house: House, book: Book) -> None:
    """Organizations that deal with each other, and people who brought others."""
    firms = np.flatnonzero(book.is_organization)
    first, second = _pairs(rng, firms, int(len(firms) * PARTNERS_PER_FIRM))
    names, shares = np.array([str(name) for name, _ in KINDS], object), [share for _, share in KINDS]
    kinds = names[rng.choice(len(names), len(first), p=shares)]
    _relate(house, book, first, kinds, second)
    people = np.flatnonzero(~book.is_organization & (book.organization == NONE))
    first, second = _pairs(rng, people, int(len(people) * REFERRED))
    is_older = book.created_on[first] <= book.created_on[second]
    first, second = np.where(is_older, first, second), np.where(is_older, second, first)
    _relate(house, book, first, np.full(len(first), str(RelationKind.REFERRER), object), second)


def _pairs(rng: np.random.Generator, rows: Ints, count: int) -> tuple[Ints, Ints]:
    """Pairs of two, each contact in one pair at the most."""
    count = min(count, len(rows) // 2)
    mixed = rng.permutation(rows)
    return mixed[:count], mixed[count : 2 * count]


def _relate(house: House, book: Book, first: Ints, kinds: Texts, second: Ints) -> None:
    if not len(first):
        return
    since = np.maximum(book.created_on[first], book.created_on[second])
    house.counts["relations"] += copy_columns(
        Relationship,
        {
            "contact": book.id[first],
            "kind": kinds,
            "other": book.id[second],
            "role": "",
            "since": since,
            "note": "",
            "version": "1",
            "created_at": since.astype("M8[s]"),
        },
        count=len(first),
    )
