"""What is known of the contacts, as the search for duplicates compares it: each field as codes of distinct values.

PostgreSQL brings the values into one form (case and accents off, signs as blanks) and streams them; a million contacts
then are an array of 4 MB a field, and each distinct text stands in memory once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from psycopg import sql

from analytics.mathematics.likeness import (
    CODE,
    EMAIL,
    EXACT,
    FAMILY_NAME,
    GIVEN_NAME,
    SPELLING,
    WORDS,
    Comparison,
    bears,
    mailbox_of,
)
from analytics.statements import rows_of
from contacts.choices import ContactKind, PointKind
from crm.choices import FieldType
from crm.database.copying import copying
from crm.models import CustomField

PHONE_DIGITS = 9
"""The last ones are compared: numbers come with and without the country and its zeros."""
FEWEST_KNOWN = 20
OUTSIDE = 1_000
"""What is made to be one party's alone (an address, a number, an identifier) is as rare in a base of twenty contacts as
in the world, which twenty contacts do not show."""
RECORDS_A_VALUE = 2.5
"""A custom field tells who somebody is where, on average, no more contacts have the same value."""
CLEAN = "btrim(regexp_replace(crm_fold({}), '[^[:alnum:]]+', ' ', 'g'))"
COLUMNS = {
    "name": CLEAN.format("c.name"),
    "first_name": CLEAN.format("c.first_name"),
    "last_name": CLEAN.format("c.last_name"),
    "organization": "coalesce(c.organization_id::text, '')",
    "birthday": "coalesce(c.birthday::text, '')",
    "website": "regexp_replace(lower(c.website), '^[a-z]+://(www\\.)?|^www\\.|/.*$', '', 'g')",
    "street": CLEAN.format("coalesce(a.street, '')"),
    "postal_code": "regexp_replace(crm_fold(coalesce(a.postal_code, '')), '[^[:alnum:]]+', '', 'g')",
    "city": CLEAN.format("coalesce(a.city, '')"),
    "region": CLEAN.format("coalesce(a.region, '')"),
}
FACTS_SQL = sql.SQL("""
COPY (
  SELECT c.id, {columns} FROM contacts_contact AS c
  LEFT JOIN contacts_address AS a ON a.contact_id = c.id AND a.is_primary
  WHERE c.kind = {kind} AND {which} ORDER BY c.id
) TO STDOUT
""")
POINTS_SQL = sql.SQL("""
COPY (
  SELECT p.contact_id, {value} FROM contacts_contactpoint AS p JOIN contacts_contact AS c ON c.id = p.contact_id
  WHERE c.kind = {kind} AND {which} AND p.kind = {point} AND p.normalised <> ''
  ORDER BY p.contact_id, p.is_primary DESC, p.id
) TO STDOUT
""")
POINTS = {
    "email": (PointKind.EMAIL, sql.SQL("lower(p.normalised)")),
    "phone": (
        PointKind.PHONE,
        sql.SQL("right(regexp_replace(p.normalised, '[^0-9]', '', 'g'), {})").format(sql.Literal(PHONE_DIGITS)),
    ),
}
CURRENT = sql.SQL("c.archived_at IS NULL")
CUSTOM_SQL = sql.SQL("""
SELECT f.key, f.label FROM crm_customfield AS f
CROSS JOIN LATERAL (
  SELECT count(*) AS known, count(DISTINCT c.custom ->> f.key) AS distinct_values FROM contacts_contact AS c
  WHERE c.kind = {kind} AND c.archived_at IS NULL AND c.custom ->> f.key <> ''
) AS v
WHERE f.model = 'contacts.contact' AND f.type = ANY ({types}::text[])
  AND v.known >= {fewest} AND v.known <= v.distinct_values * {most}
ORDER BY f.position, f.id
""")
CUSTOM_TYPES = (FieldType.TEXT.value, FieldType.NUMBER.value)
HOUSE_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Column:
    """One field of all contacts: `codes` (one a contact, -1 where it is not known) into `values`; `counts` of each.
    `outside`: how many more parties its values are taken to tell apart (`OUTSIDE`). `of`: how many contacts knew the
    field when the values were counted, where that was on another day."""

    codes: NDArray[np.int32]
    values: NDArray[np.object_]
    counts: NDArray[np.int64]
    outside: int = 0
    of: int | None = None

    @property
    def known(self) -> int:
        return int(self.counts.sum()) if self.of is None else self.of

    @cached_property
    def rarity(self) -> NDArray[np.float64]:
        """By value: how likely another contact has it, too, if it is another party. The one itself does not count;
        others who are not in the base do (`outside`)."""
        return np.maximum(self.counts - 1, 0.5) / max(self.known - 1 + self.outside, 1)

    def part(self, cut: slice) -> NDArray[np.int64]:
        """Codes of a part of each value (its first letters), -1 where it is not known."""
        codes = coded([value[cut] for value in self.values]).codes
        return np.append(codes, -1)[self.codes].astype(np.int64)


@dataclass(frozen=True)
class Compares:
    """How a field is compared (`near_by`: on which column, if not its own), and which related parties share it
    (`linkage.fit`): those of one place, of one name, of one firm. One party has a field that `is_name` mostly the
    same."""

    comparison: Comparison
    is_name: bool = False
    one_place: float = 0
    one_name: float = 0
    one_firm: float = 0
    near_by: str = ""


@dataclass(frozen=True)
class Held:
    """Who has which of several values: `codes` by contact from `starts[place]` to `starts[place + 1]`; `several`:
    whether a contact has more than one; `keys` (place x `width` + code) in order."""

    codes: NDArray[np.int64]
    starts: NDArray[np.int64]
    several: NDArray[np.bool_]
    keys: NDArray[np.int64]
    width: int

    @classmethod
    def of(cls, places: NDArray[np.int64], codes: NDArray[np.int64], count: int) -> Held:
        """`places` are in order."""
        starts = np.searchsorted(places, np.arange(count + 1))
        width = int(codes.max(initial=0)) + 1
        return cls(codes, starts, np.diff(starts) > 1, np.unique(places * width + codes), width)

    def rarest_in_common(
        self, first: NDArray[np.int64], second: NDArray[np.int64], rarity: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """By pair how rare the rarest value is that both have; infinite where they have none in common."""
        found = np.full(len(first), np.inf)
        count = self.starts[first + 1] - self.starts[first]
        for step in range(int(count.max(initial=0))):
            rows = np.flatnonzero(count > step)
            code = self.codes[self.starts[first[rows]] + step]
            key = second[rows] * self.width + code
            at = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
            rows, code = (one[self.keys[at] == key] for one in (rows, code))
            found[rows] = np.minimum(found[rows], rarity[code])
        return found


@dataclass(frozen=True)
class Facts:
    """All contacts of a kind: their ids in order, columns by name, how each is compared. `shared` has, of the fields
    that a contact can have several values of, each contact (its place in `ids`) and the code of the value."""

    ids: NDArray[np.int64]
    columns: dict[str, Column]
    compares: dict[str, Compares]
    shared: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=dict)

    _held: dict[str, Held] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def held(self, name: str) -> Held:
        """Who has which of the values of a field that a contact can have several of."""
        if name not in self._held:
            self._held[name] = Held.of(*self.shared[name], len(self))
        return self._held[name]

    @cached_property
    def first_as_last(self) -> NDArray[np.int64]:
        """By contact the code that its first name has among the last names; -2 where nobody's last name is that."""
        columns = [self.columns[name] for name in ("first_name", "last_name")]
        lasts = {text: code for code, text in enumerate(columns[1].values)}
        found = np.array([*(lasts.get(text, -2) for text in columns[0].values), -2], dtype=np.int64)
        return found[columns[0].codes]


FAMILY = 0.01
"""Of pairs of one household, so many bear one first name (a son his father's) and so many have one birthday (twins):
about as many as of births are of twins (12 in 1,000: Pison, Monden and Smits, Human Reproduction 36 (2021))."""
MAILBOX, DOMAIN, ATTESTED = "mailbox", "domain", "attested"


PLACE = {
    "street": Compares(WORDS, one_place=1, one_firm=1),
    "house_number": Compares(CODE, one_place=1, one_firm=1),
    "postal_code": Compares(CODE, one_place=1, one_firm=1),
    "city": Compares(SPELLING, one_place=1, one_firm=1),
    "region": Compares(EXACT, one_place=1, one_firm=1),
}
# namesakes are mostly of one land or town, and their streets, postal codes and numbers alike
TOWN = ("street", "postal_code", "city", "region")


FIELDS: dict[str, dict[str, Compares]] = {
    ContactKind.PERSON: {
        "first_name": Compares(GIVEN_NAME, is_name=True, one_place=FAMILY, one_name=1),
        "last_name": Compares(FAMILY_NAME, is_name=True, one_place=1, one_name=1),
        "birthday": Compares(CODE, is_name=True, one_place=FAMILY),
        "organization": Compares(EXACT, one_firm=1),
        "email": Compares(EMAIL, one_place=1, one_firm=1, near_by=MAILBOX),
        DOMAIN: Compares(EXACT, one_firm=1),
        "phone": Compares(CODE, one_place=1, one_name=1, one_firm=1),
        **{name: replace(how, one_name=float(name in TOWN)) for name, how in PLACE.items()},
    },
    ContactKind.ORGANIZATION: {
        "name": Compares(WORDS, is_name=True, one_name=1),
        "email": Compares(EMAIL, one_name=1, near_by=MAILBOX),
        DOMAIN: Compares(EXACT, one_name=1),
        "phone": Compares(CODE, one_name=1),
        "website": Compares(EXACT, one_name=1),
        **{name: replace(how, one_firm=0, one_name=float(name in TOWN)) for name, how in PLACE.items()},
    },
}


def read_facts(kind: str) -> Facts:
    """The current contacts of a kind (`ContactKind`), by id."""
    return _read_facts(kind, identifying_fields(kind), CURRENT)


def facts_of(kind: str, ids: Sequence[int]) -> Facts:
    """Those of these contacts that are of a kind, also archived ones, with every custom field that may be compared."""
    keys = CustomField.objects.filter(model="contacts.contact", type__in=CUSTOM_TYPES).order_by("pk")
    custom = [f"custom.{key}" for key in keys.values_list("key", flat=True)]
    return _read_facts(kind, custom, sql.SQL("c.id = ANY ({}::bigint[])").format(sql.Literal(list(ids))))


def _read_facts(kind: str, custom: list[str], which: sql.Composable) -> Facts:
    names, ids, rows = [*COLUMNS, *custom], [], Coder.many([*COLUMNS, "house_number", "whole", *custom])
    read = sql.SQL(", ").join(
        [*map(sql.SQL, COLUMNS.values()), *(_custom_value(key.partition(".")[2]) for key in custom)]
    )
    query = FACTS_SQL.format(columns=read, kind=sql.Literal(kind), which=which)
    with connection.cursor() as cursor, copying(cursor, query) as copy:
        for contact_id, *values in copy.rows():
            ids.append(int(contact_id))
            found = dict(zip(names, values, strict=True))
            _arrange(found, kind)
            for name, coder in rows.items():
                coder.add(found[name])
    own = {"website", *custom}
    facts = Facts(
        np.array(ids, dtype=np.int64),
        {name: replace(coder.column(), outside=OUTSIDE * (name in own)) for name, coder in rows.items()},
        {**FIELDS[kind], **dict.fromkeys(custom, Compares(CODE))},
    )
    read_points(facts, kind, which)
    return facts


def read_points(facts: Facts, kind: str, which: sql.Composable = CURRENT) -> None:
    """Add columns and shared values of the ways to reach them."""
    for name, (point, value) in POINTS.items():
        query = POINTS_SQL.format(kind=sql.Literal(kind), point=sql.Literal(point), value=value, which=which)
        _read_points(facts, name, query)


def identifying_fields(kind: str) -> list[str]:
    """Custom fields, as `custom.KEY`, that hold texts or numbers which nearly each contact has to itself."""
    query = CUSTOM_SQL.format(
        kind=sql.Literal(kind),
        types=sql.Literal([*CUSTOM_TYPES]),
        fewest=sql.Literal(FEWEST_KNOWN),
        most=sql.Literal(RECORDS_A_VALUE),
    )
    return [f"custom.{key}" for key, _ in rows_of(query)]


def _custom_value(key: str) -> sql.Composed:
    return sql.SQL("btrim(crm_fold(coalesce(c.custom ->> {}, '')))").format(sql.Literal(key))


def _arrange(found: dict[str, str], kind: str) -> None:
    """Names in their parts where only the whole one is known, the house number beside the words of the street."""
    if kind == ContactKind.PERSON and not found["first_name"] and not found["last_name"]:
        found["first_name"], _, found["last_name"] = found["name"].rpartition(" ")
    if kind == ContactKind.PERSON:
        found["whole"] = " ".join(sorted(f"{found['first_name']} {found['last_name']}".split()))
    else:
        found["whole"] = " ".join(sorted(found["name"].split()))
    number = HOUSE_NUMBER.search(found["street"])
    found["house_number"] = number[0] if number else ""
    found["street"] = " ".join(word for word in found["street"].split() if not word.isdigit())


def _read_points(facts: Facts, name: str, query: sql.Composed) -> None:
    """Add a column with the main value of each contact, and all values to `shared`."""
    ids, coder = [], Coder()
    with connection.cursor() as cursor, copying(cursor, query) as copy:
        for contact_id, value in copy.rows():
            ids.append(int(contact_id))
            coder.add(value)
    every = coder.column()
    owners = np.array(ids, dtype=np.int64)
    places = np.searchsorted(facts.ids, owners)
    # values without a sign that is compared, and contacts who came since the facts were read
    kept = (every.codes >= 0) & (np.append(facts.ids, -1)[places] == owners)
    places, every_code = places[kept], every.codes[kept]
    held, first = np.unique(places, return_index=True)
    codes = np.full(len(facts), -1, dtype=np.int32)
    codes[held] = every_code[first]
    facts.columns[name] = Column(codes, every.values, np.bincount(every_code, minlength=len(every.values)), OUTSIDE)
    if name == "email":
        part_addresses(facts)
    facts.shared[name] = (places, every_code.astype(np.int64))


def part_addresses(facts: Facts) -> None:
    """Add what each main e-mail address says: the mailbox (`likeness.mailbox_of`), the domain, and the family name
    where it stands in the mailbox."""
    columns = facts.columns
    rows = Coder.many([MAILBOX, DOMAIN, ATTESTED])
    known = zip(*(_texts(columns[name]) for name in ("email", "whole", "last_name")), strict=True)
    for address, whole, last in known:
        rows[MAILBOX].add(address and mailbox_of(address, whole.split()))
        rows[DOMAIN].add(address.partition("@")[2])
        rows[ATTESTED].add(last if address and bears(address, last) else "")
    columns |= {name: coder.column() for name, coder in rows.items()}


def _texts(column: Column) -> Iterator[str]:
    values = [*column.values.tolist(), ""]
    return (values[code] for code in column.codes.tolist())


class Coder:
    """Gives each distinct text a number, as the texts come; the empty one is -1."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {"": -1}
        self._codes: list[int] = []

    @staticmethod
    def many(names: Sequence[str]) -> dict[str, Coder]:
        return {name: Coder() for name in names}

    def add(self, text: str) -> None:
        self._codes.append(self._known.setdefault(text, len(self._known) - 1))

    def column(self) -> Column:
        values = np.empty(len(self._known) - 1, dtype=object)
        values[:] = [text for text in self._known if text]
        codes = np.array(self._codes, dtype=np.int32)
        return Column(codes, values, np.bincount(codes[codes >= 0], minlength=len(values)))


def coded(texts: Sequence[str], outside: int = 0) -> Column:
    """A column of texts."""
    coder = Coder()
    for text in texts:
        coder.add(text)
    return replace(coder.column(), outside=outside)
