"""Reads of relations: those of one contact from its own side, and the tree of organizations around it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from contacts.choices import REVERSED, RelationKind
from contacts.models import Contact, Relationship
from contacts.queries import UNSEEN_CONTACT, UNSEEN_ORGANIZATION
from crm.access import veil
from crm.models import User

MOST_RELATIONS = 200
MOST_IN_TREE = 500
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
    other: Contact
    is_over: bool


@dataclass(frozen=True)
class TreeLine:
    """One organization of a tree; `depth` 0 is its top."""

    contact: Contact
    depth: int
    is_here: bool


def relations_of(user: User | None, contact: Contact, today: dt.date) -> list[SeenRelation]:
    """The contact's relations from its own side, those in force first; whom the person may not see is not named."""
    rows = Relationship.objects.filter(Q(contact=contact) | Q(other=contact)).select_related("contact", "other")
    relations = list(rows[:MOST_RELATIONS])
    veil(user, relations, {"contact": UNSEEN_CONTACT, "other": UNSEEN_CONTACT})
    seen = [_from(relation, contact.pk, today) for relation in relations]
    return sorted(seen, key=lambda one: (one.is_over, one.words, str(one.other).casefold()))


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


def _from(relation: Relationship, contact_id: int, today: dt.date) -> SeenRelation:
    is_own = relation.contact_id == contact_id
    words = RelationKind(relation.kind).label if is_own else REVERSED[relation.kind]
    other = relation.other if is_own else relation.contact
    return SeenRelation(relation, words, other, bool(relation.until and relation.until < today))
