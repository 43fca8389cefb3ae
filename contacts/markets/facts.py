"""The facts that a market category can ask for: where each stands, and what it means that it is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from contacts.choices import ContactKind, PointKind
from contacts.models import Address, Contact, ContactPoint, MarketCategory
from crm.customfields.definitions import definitions_of

LABEL = "contacts.contact"
OWN = "custom."


@dataclass(frozen=True)
class Fact:
    """`name` as a category keeps it; `field` of the contact's form that takes it; `only` the kind that can have it."""

    name: str
    label: str
    field: str
    only: str = ""


FACTS = (
    Fact("email", "E-mail", "emails"),
    Fact("phone", "Phone", "phones"),
    Fact("street", "Street", "street"),
    Fact("postal_code", "Postal code", "postal_code"),
    Fact("city", "City", "city"),
    Fact("country", "Country", "country"),
    Fact("external_id", "External id", "external_id"),
    Fact("website", "Website", "website"),
    Fact("industry", "Industry", "industry"),
    Fact("potential", "Potential", "potential"),
    Fact("source", "Source", "source"),
    Fact("tags", "Tags", "tags"),
    Fact("birthday", "Birthday", "birthday", ContactKind.PERSON),
    Fact("first_name", "First name", "first_name", ContactKind.PERSON),
    Fact("last_name", "Last name", "last_name", ContactKind.PERSON),
    Fact("organization", "Works at", "organization", ContactKind.PERSON),
    Fact("employees", "Employees", "employees", ContactKind.ORGANIZATION),
    Fact("revenue", "Their revenue", "revenue", ContactKind.ORGANIZATION),
    Fact("parent", "Belongs to", "parent", ContactKind.ORGANIZATION),
)
POINTS = {"email": PointKind.EMAIL, "phone": PointKind.PHONE}
PLACES = ("street", "postal_code", "city", "country")
EMPTY: dict[str, Any] = {"tags": [], "industry": "", "website": "", "source": "", "first_name": "", "last_name": ""}


def facts() -> list[Fact]:
    """All that can be asked for, the house's custom fields too."""
    own = [Fact(f"{OWN}{one.key}", one.label, f"custom_{one.key}") for one in definitions_of(LABEL)]
    return [*FACTS, *own]


def facts_of(category: MarketCategory, known: Sequence[Fact] | None = None) -> list[Fact]:
    """What a customer of a category must have; custom fields that are gone are left out."""
    by_name = {one.name: one for one in (facts() if known is None else known)}
    return [by_name[name] for name in category.required if name in by_name]


def missing(fact: Fact) -> Q:
    """The contacts that could have a fact and do not."""
    name = fact.name
    if name.startswith(OWN):
        key = name.removeprefix(OWN)
        gone = ~Q(custom__has_key=key) | Q(custom__contains={key: None}) | Q(custom__contains={key: ""})
    elif name in POINTS:
        gone = ~Q(Exists(ContactPoint.objects.filter(contact=OuterRef("pk"), kind=POINTS[name])))
    elif name in PLACES:
        there = Address.objects.filter(contact=OuterRef("pk"), is_primary=True).exclude(**{name: ""})
        gone = ~Q(Exists(there))
    else:
        gone = Q(**{name: EMPTY[name]}) if name in EMPTY else Q(**{f"{name}__isnull": True})
    return gone & Q(kind=fact.only) if fact.only else gone


def is_missing(fact: Fact, contact: Contact) -> bool:
    """The same of one contact that was read with its points and addresses."""
    name = fact.name
    if fact.only and contact.kind != fact.only:
        return False
    if name.startswith(OWN):
        return contact.custom.get(name.removeprefix(OWN)) in (None, "", [])
    if name in POINTS:
        return not any(point.kind == POINTS[name] for point in contact.points.all())
    if name in PLACES:
        return not any(getattr(one, name) for one in contact.addresses.all() if one.is_primary)
    return getattr(contact, f"{name}_id" if name in ("organization", "parent") else name) in (None, "", [])
