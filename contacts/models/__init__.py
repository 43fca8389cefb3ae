"""Models of contacts, by noun."""

from contacts.models.contacts import Address, Contact, ContactPoint, ContactQuerySet
from contacts.models.interactions import Interaction
from contacts.models.permission import Consent, Purpose
from contacts.models.relations import Relationship
from contacts.models.territories import TerritoryRule

__all__ = [
    "Address",
    "Consent",
    "Contact",
    "ContactPoint",
    "ContactQuerySet",
    "Interaction",
    "Purpose",
    "Relationship",
    "TerritoryRule",
]
