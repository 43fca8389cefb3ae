"""Writes of relations between contacts."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from contacts.choices import RelationKind
from contacts.models import Contact, Relationship
from crm.log import log
from crm.models import User

SAME_BOTH_WAYS = (RelationKind.PARTNER, RelationKind.COMPETITOR, RelationKind.HOUSEHOLD)


@transaction.atomic
def relate(
    *,
    actor: User | None,
    contact: Contact,
    kind: str,
    other: Contact,
    role: str = "",
    since: dt.date | None = None,
    until: dt.date | None = None,
    note: str = "",
) -> Relationship:
    """Say how `contact` stands to `other`. Raises where it is said already, to itself, or ending before it begins."""
    if kind in SAME_BOTH_WAYS and Relationship.objects.filter(contact=other, kind=kind, other=contact).exists():
        raise ValidationError("These two stand to each other like this already.")
    relation = Relationship(contact=contact, kind=kind, other=other, role=role, since=since, until=until, note=note)
    relation.full_clean()
    relation.save()
    log(actor=actor, verb="relate", object=relation, contact_id=contact.pk, summary=str(relation)[:300])
    return relation


@transaction.atomic
def end_relation(*, actor: User | None, relation: Relationship) -> None:
    """Take a relation away; what it was stays in the history."""
    sentence = f"No longer: {relation}"[:300]
    deleted, _ = Relationship.objects.filter(pk=relation.pk).delete()
    if deleted:
        log(actor=actor, verb="end", object=relation, contact_id=relation.contact_id, summary=sentence)
