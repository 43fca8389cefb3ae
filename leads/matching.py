"""Who a lead is already: the contact with its e-mail address, else with its phone number, else with its name.

A lead that is found points at its contact, and nothing else happens: what a lead says changes no fact of the contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from contacts.choices import ContactKind, PointKind
from contacts.models import Contact, ContactPoint
from crm.filtering.folding import folded
from crm.models import User
from leads.models import Lead

SHORTEST_PHONE = 7
MOST = 5
MATCH_SQL = """
UPDATE leads_lead l SET contact_id = m.contact_id FROM (
  SELECT DISTINCT ON (one.id) one.id, c.id AS contact_id
  FROM leads_lead one
  JOIN contacts_contactpoint p ON (p.kind = 'email' AND one.email_key <> '' AND p.normalised = one.email_key)
    OR (p.kind = 'phone' AND length(one.phone_key) >= 7 AND p.normalised = one.phone_key)
  JOIN contacts_contact c ON c.id = p.contact_id AND c.archived_at IS NULL
  WHERE one.id IN ({chosen}) AND one.contact_id IS NULL
  ORDER BY one.id, p.kind, c.kind DESC, c.id
) m WHERE m.id = l.id
"""
"""The contact with the lead's own e-mail address (kinds in alphabetical order: e-mail before phone), a person before an
organization, the oldest of several."""


@dataclass(frozen=True)
class Match:
    """A contact that a lead may be, and why it is thought so."""

    contact: Contact
    why: str
    is_sure: bool


def link_known(lead_ids: Sequence[int]) -> int:
    """Point these leads at the contacts that they are already; how many were found."""
    with connection.cursor() as cursor:
        cursor.execute(
            MATCH_SQL.format(chosen="SELECT id FROM leads_lead WHERE id = ANY(%s::bigint[])"), [list(lead_ids)]
        )
        return cursor.rowcount


def people_like(user: User | None, lead: Lead) -> list[Match]:
    """Persons that the lead may be, as far as the user may see them: the surest first."""
    found: dict[int, Match] = {}
    if lead.contact_id:
        known = Contact.objects.visible_to(user).filter(pk=lead.contact_id).first()
        if known:
            found[known.pk] = Match(known, "the lead was known as this contact when it came in", is_sure=True)
    persons = Contact.objects.visible_to(user).current().filter(kind=ContactKind.PERSON)
    for point, words in ((_by_email(lead), "the same e-mail address"), (_by_phone(lead), "the same phone number")):
        if point is not None:
            for contact in persons.filter(pk__in=ContactPoint.objects.filter(point).values("contact"))[:MOST]:
                found.setdefault(contact.pk, Match(contact, words, is_sure=True))
    if lead.name and "@" not in lead.name:
        for contact in persons.filter(sort_name=folded(lead.name)).select_related("organization")[:MOST]:
            found.setdefault(contact.pk, Match(contact, "the same name", is_sure=False))
    return list(found.values())[:MOST]


def organizations_like(user: User | None, lead: Lead) -> list[Match]:
    """Organizations that the lead may work at."""
    if not lead.organization:
        return []
    rows = Contact.objects.visible_to(user).current().organizations().filter(sort_name=folded(lead.organization))
    return [Match(contact, "the same name", is_sure=True) for contact in rows[:MOST]]


def _by_email(lead: Lead) -> Q | None:
    return Q(kind=PointKind.EMAIL, normalised=lead.email_key) if lead.email_key else None


def _by_phone(lead: Lead) -> Q | None:
    is_long = len(lead.phone_key) >= SHORTEST_PHONE
    return Q(kind=PointKind.PHONE, normalised=lead.phone_key) if is_long else None
