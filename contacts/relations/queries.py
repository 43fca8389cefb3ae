"""Reads of relations: those of one contact from its own side, and the tree of organizations around it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from contacts.choices import REVERSED, RelationKind
from contacts.models import Contact, Relationship
from contacts.queries import UNSEEN_CONTACT, UNSEEN_ORGANIZATION
from crm.access import Unseen, veil
from crm.languages.words import translated
from crm.models import User

MOST_RELATIONS = 200
MOST_BESIDE = 6
# with whom they live and for whom they work is asked first by whoever answers the phone
NEAREST = (RelationKind.HOUSEHOLD, RelationKind.EMPLOYS, RelationKind.SUBSIDIARY, RelationKind.REFERRER)
MOST_IN_TREE = 500
MOST_AT_HOME = 50
# from each member to the next; who was taken away, and relations that have ended, lead nowhere
HOUSEHOLD_SQL = """
WITH RECURSIVE home (id) AS (
    SELECT %(contact)s::bigint
    UNION
    SELECT n.id FROM home h, LATERAL (
        SELECT other_id AS id, until FROM contacts_relationship WHERE contact_id = h.id AND kind = %(kind)s
        UNION ALL
        SELECT contact_id, until FROM contacts_relationship WHERE other_id = h.id AND kind = %(kind)s
    ) n JOIN contacts_contact c ON c.id = n.id AND c.archived_at IS NULL
    WHERE n.until IS NULL OR n.until >= %(today)s
)
SELECT id FROM home WHERE id <> %(contact)s LIMIT %(most)s
"""
TREE_SQL = """
WITH RECURSIVE up AS (
    SELECT id, parent_id, 0 AS height FROM contacts_contact WHERE id = %(contact)s
    UNION ALL
    SELECT c.id, c.parent_id, u.height + 1 FROM contacts_contact c JOIN up u ON c.id = u.parent_id WHERE u.height < 20
), top AS (SELECT id FROM up ORDER BY height DESC LIMIT 1), down AS (
    SELECT c.id, c.parent_id, 0 AS depth, ARRAY[c.id] AS path FROM contacts_contact c JOIN top USING (id)
    UNION ALL
    SELECT c.id, c.parent_id, d.depth + 1, d.path || c.id FROM contacts_contact c JOIN down d ON c.parent_id = d.id
    WHERE d.depth < 20 AND c.id <> ALL (d.path) AND c.archived_at IS NULL
)
SELECT id, parent_id, depth FROM down ORDER BY depth LIMIT %(most)s
"""


@dataclass(frozen=True)
class SeenRelation:
    """A relation from the side of one contact: `Anna Keller *works for* Northwind (Buyer)`."""

    relation: Relationship
    words: str
    other: Contact | Unseen
    is_over: bool

    @property
    def is_named(self) -> bool:
        """Whether the person may see the other contact."""
        return isinstance(self.other, Contact)

    @property
    def name(self) -> str:
        """Of the other; the words that stand in for it are in the language of the page."""
        return str(self.other) if self.is_named else translated(self.other.name)

    @property
    def is_archived(self) -> bool:
        return isinstance(self.other, Contact) and self.other.is_archived

    @property
    def role(self) -> str:
        """Empty where the other is not named: it may say who they are."""
        return self.relation.role if self.is_named else ""

    @property
    def note(self) -> str:
        """Empty where the other is not named: it may say who they are."""
        return self.relation.note if self.is_named else ""


@dataclass(frozen=True)
class Nearest:
    """The first relations that are in force, and how many more there are."""

    relations: list[SeenRelation]
    more: int


@dataclass(frozen=True)
class TreeLine:
    """One organization of a tree; `depth` 0 is its top."""

    contact: Contact
    depth: int
    is_here: bool

    @property
    def indent(self) -> int:
        """How far in it stands; a style sheet has eight steps."""
        return min(self.depth, 8)


def related_to(key: Any) -> Q:
    """Relations that name the contact, on either side."""
    return Q(contact=key) | Q(other=key)


def relations_of(user: User | None, contact: Contact, today: dt.date) -> list[SeenRelation]:
    """The contact's relations from its own side, those in force first; whom the person may not see is not named.

    At most one more than `MOST_RELATIONS`, which says that there are more.
    """
    is_over = Case(When(_in_force(today), then=Value(0)), default=Value(1))
    rows = Relationship.objects.filter(related_to(contact)).order_by(is_over, "kind", "pk")
    seen = _seen(user, rows[: MOST_RELATIONS + 1], contact, today)
    return sorted(seen, key=lambda one: (one.is_over, one.words, str(one.other).casefold()))


def nearest_of(user: User | None, contact: Contact, today: dt.date) -> Nearest:
    """The contact's relations in force to contacts that are not archived, the nearest kinds first."""
    there = Q(contact=contact, other__archived_at=None) | Q(other=contact, contact__archived_at=None)
    rows = Relationship.objects.filter(there, _in_force(today))
    places = [When(kind=kind, then=Value(place)) for place, kind in enumerate(NEAREST)]
    is_said = Case(When(contact=contact, then=Value(0)), default=Value(1))
    order = (Case(*places, default=Value(len(NEAREST))), "kind", is_said, "pk")
    found = _seen(user, rows.order_by(*order)[: MOST_BESIDE + 1], contact, today)
    return Nearest(found[:MOST_BESIDE], rows.count() - MOST_BESIDE if len(found) > MOST_BESIDE else 0)


def household_of(user: User | None, contact: Contact, today: dt.date) -> list[Contact]:
    """Everybody of the contact's household by name, however many steps away; whom the person may not see, unnamed."""
    asked: dict[str, Any] = {
        "contact": contact.pk,
        "kind": RelationKind.HOUSEHOLD.value,
        "today": today,
        "most": MOST_AT_HOME,
    }
    with connection.cursor() as cursor:
        cursor.execute(HOUSEHOLD_SQL, asked)
        keys = [row[0] for row in cursor.fetchall()]
    if not keys:
        return []
    is_seen = Exists(Contact.objects.visible_to(user).filter(pk=OuterRef("pk")))
    members = Contact.objects.filter(pk__in=keys, archived_at=None).annotate(is_seen=is_seen)
    return [
        one if one.is_seen else Contact(name=UNSEEN_CONTACT)  # type: ignore[attr-defined]
        for one in members.order_by("sort_name", "pk")
    ]


def tree_of(user: User | None, contact: Contact) -> list[TreeLine]:
    """The organizations above, beside and below, each under its parent; empty where there is nothing but itself."""
    with connection.cursor() as cursor:
        cursor.execute(TREE_SQL, {"contact": contact.pk, "most": MOST_IN_TREE})
        rows = cursor.fetchall()
    if len(rows) < 2:
        return []
    contacts = Contact.objects.in_bulk([row[0] for row in rows])
    seen = set(Contact.objects.visible_to(user).filter(pk__in=contacts).values_list("pk", flat=True))
    below: dict[int | None, list[tuple[int, int]]] = defaultdict(list)
    for pk, parent, depth in rows:
        below[parent if depth else None].append((pk, depth))
    lines: list[TreeLine] = []
    waiting = list(reversed(below[None]))
    while waiting:
        pk, depth = waiting.pop()
        line = contacts[pk] if pk in seen else Contact(name=UNSEEN_ORGANIZATION)
        lines.append(TreeLine(line, depth, pk == contact.pk))
        waiting += sorted(below.get(pk, ()), key=lambda one: contacts[one[0]].sort_name, reverse=True)
    return lines


def _in_force(today: dt.date) -> Q:
    return Q(until=None) | Q(until__gte=today)


def _seen(user: User | None, rows: QuerySet[Relationship], contact: Contact, today: dt.date) -> list[SeenRelation]:
    relations = list(rows.select_related("contact", "other"))
    veil(user, relations, {"contact": UNSEEN_CONTACT, "other": UNSEEN_CONTACT})
    return [_from(relation, contact.pk, today) for relation in relations]


def _from(relation: Relationship, contact_id: int, today: dt.date) -> SeenRelation:
    is_own = relation.contact_id == contact_id
    words = RelationKind(relation.kind).label if is_own else REVERSED[relation.kind]
    other = relation.other if is_own else relation.contact
    return SeenRelation(relation, words, other, bool(relation.until and relation.until < today))
