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
ROLES = ("Buyer", "Managing director", "Workshop manager", "Accounts", "Showroom manager", "Assistant")
ROLE_SHARES = (0.3, 0.2, 0.2, 0.12, 0.1, 0.08)
WITH_A_ROLE = 0.5  # of the people at organizations
SECOND_FIRM = 0.12  # of them, who work for another one, too
AT_HOME = 0.12  # of the private persons of a town, who share a household with another one
ADVISED = 0.03  # of the organizations, whom somebody from outside influences
SOLD_BY = ((RelationKind.DISTRIBUTOR, 0.4), (RelationKind.RETAILER, 0.6))
DEALERS = 0.03  # of the organizations, which sell what another one makes


def load(house: House) -> Fill:
    """The function that writes the consents and relations of a batch."""
    return fill


def fill(batch: Batch) -> None:
    book = batch.book
    if book is None:
        raise RuntimeError("The loader of ties comes after that of contacts in CRM_DEMO_LOADERS.")
    _consents(batch.rng("consents"), batch.house, book)
    _relations(batch.rng("relations"), batch.house, book)
    _at_work(batch.rng("at work"), batch.house, book)
    _at_home(batch.rng("at home"), batch.house, book)
    _dealers(batch.rng("dealers"), batch.house, book)


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


def _at_work(rng: np.random.Generator, house: House, book: Book) -> None:
    """What people are at their organization; some work for a second one."""
    people = np.flatnonzero(book.organization != NONE)
    firms = np.flatnonzero(book.is_organization)
    if not len(people) or not len(firms):
        return
    known = people[rng.random(len(people)) < WITH_A_ROLE]
    also = known[rng.random(len(known)) < SECOND_FIRM / WITH_A_ROLE]
    second = rng.choice(firms, len(also))
    is_other = second != book.organization[also]
    for employers, rows in ((book.organization[known], known), (second[is_other], also[is_other])):
        roles = np.array(ROLES, object)[rng.choice(len(ROLES), len(rows), p=ROLE_SHARES)]
        _relate(house, book, employers, np.full(len(rows), str(RelationKind.EMPLOYS), object), rows, roles)


def _at_home(rng: np.random.Generator, house: House, book: Book) -> None:
    """Private persons of a town who live together."""
    people = np.flatnonzero(~book.is_organization & (book.organization == NONE))
    if len(people) < 2:
        return
    _, town = np.unique(book.city[people].astype(str), return_inverse=True)
    order = np.lexsort((rng.random(len(people)), town))
    first, second = order[:-1:2], order[1::2]
    both = (town[first] == town[second]) & (rng.random(len(first)) < AT_HOME)
    kinds = np.full(int(both.sum()), str(RelationKind.HOUSEHOLD), object)
    _relate(house, book, people[first[both]], kinds, people[second[both]])


def _dealers(rng: np.random.Generator, house: House, book: Book) -> None:
    """Who sells the goods of others, and who is listened to."""
    firms = np.flatnonzero(book.is_organization)
    first, second = _pairs(rng, firms, int(len(firms) * DEALERS))
    names, shares = np.array([str(name) for name, _ in SOLD_BY], object), [share for _, share in SOLD_BY]
    _relate(house, book, first, names[rng.choice(len(names), len(first), p=shares)], second)
    people = np.flatnonzero(~book.is_organization & (book.organization == NONE))
    count = min(int(len(firms) * ADVISED), len(people))
    advisers, advised = rng.permutation(people)[:count], rng.permutation(firms)[:count]
    _relate(house, book, advisers, np.full(count, str(RelationKind.INFLUENCER), object), advised)


def _pairs(rng: np.random.Generator, rows: Ints, count: int) -> tuple[Ints, Ints]:
    """Pairs of two, each contact in one pair at the most."""
    count = min(count, len(rows) // 2)
    mixed = rng.permutation(rows)
    return mixed[:count], mixed[count : 2 * count]


def _relate(house: House, book: Book, first: Ints, kinds: Texts, second: Ints, roles: Texts | None = None) -> None:
    if not len(first):
        return
    since = np.maximum(book.created_on[first], book.created_on[second])
    house.counts["relations"] += copy_columns(
        Relationship,
        {
            "contact": book.id[first],
            "kind": kinds,
            "other": book.id[second],
            "role": "" if roles is None else roles,
            "since": since,
            "note": "",
            "version": "1",
            "created_at": since.astype("M8[s]"),
        },
        count=len(first),
    )
