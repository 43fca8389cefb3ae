"""Models of contacts, by noun."""

from contacts.models.contacts import Address, Contact, ContactPoint, ContactQuerySet
from contacts.models.erasures import ErasedPerson
from contacts.models.interactions import Interaction
from contacts.models.lists import AcquiredList, ListedContact
from contacts.models.looks import ContactLook
from contacts.models.markets import MarketCategory
from contacts.models.merges import ContactMerge, MergedRows
from contacts.models.permission import Consent, Purpose
from contacts.models.privacy import PrivacyRequest
from contacts.models.relations import Relationship
from contacts.models.responsibility import Responsibility
from contacts.models.retention import Hold, RetentionRule, RetentionRun
from contacts.models.territories import TerritoryRule

__all__ = [
    "AcquiredList",
    "Address",
    "Consent",
    "Contact",
    "ContactLook",
    "ContactMerge",
    "ContactPoint",
    "ContactQuerySet",
    "ErasedPerson",
    "Hold",
    "Interaction",
    "ListedContact",
    "MarketCategory",
    "MergedRows",
    "PrivacyRequest",
    "Purpose",
    "Relationship",
    "Responsibility",
    "RetentionRule",
    "RetentionRun",
    "TerritoryRule",
]
