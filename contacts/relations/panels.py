"""A contact's relations: the tab with household and tree of organizations, and the nearest beside the facts."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.db.models import OuterRef
from django.http import HttpRequest

from contacts.choices import RelationKind
from contacts.models import Contact, Relationship
from contacts.relations.queries import MOST_RELATIONS, household_of, nearest_of, related_to, relations_of, tree_of
from crm.access import VisibleQuerySet, can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.company import company_today
from crm.models import User
from crm.requests import SignedInRequest


def relations(request: HttpRequest, record: models.Model) -> dict[str, Any]:
    user, contact, today = cast(SignedInRequest, request).user, cast(Contact, record), company_today()
    found = relations_of(user, contact, today)
    is_cut = len(found) > MOST_RELATIONS
    has_household = is_cut or any(one.relation.kind == RelationKind.HOUSEHOLD for one in found)
    return {
        "contact": contact,
        "relations": found[:MOST_RELATIONS],
        "is_cut": is_cut,
        "household": household_of(user, contact, today) if has_household else [],
        "tree": tree_of(user, contact) if contact.is_organization else [],
        "may_change": can(user, Verb.CHANGE, contact),
    }


def nearest(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The nearest relations that are in force; None where the contact has none."""
    if not count_relations(request, record):
        return None
    contact = cast(Contact, record)
    found = nearest_of(cast(SignedInRequest, request).user, contact, company_today())
    return {"contact": contact, "relations": found.relations, "more": found.more} if found.relations else None


def count_relations(request: HttpRequest, record: models.Model) -> int:
    """As the statement counted them that read the record."""
    count: int = getattr(record, "relations_count", 0)
    return count


def counted_relations(user: User) -> VisibleQuerySet[Relationship]:
    """Who sees a contact sees its relations, whichever side said them."""
    return Relationship.objects.filter(related_to(OuterRef("pk")))


RELATION_PANELS = (
    RecordPanel("nearest", "Related", "contacts/relations/_nearest.html", nearest, order=5),
    RecordPanel(
        "relations",
        "Relations",
        "contacts/relations/_tab.html",
        relations,
        place="tab",
        order=45,
        count=count_relations,
        counted=counted_relations,
    ),
)
