"""Contacts in the search of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import OuterRef, QuerySet

from contacts.models import Address, Contact
from contacts.queries import place_of
from crm.access import veil, visible_words
from crm.catalogue import unseen_words
from crm.database.along import put_along, rows_along
from crm.database.kept import KeptRows, Shelf, is_one_of_keys
from crm.field_rights import hidden_specs
from crm.search.finding import find_by_text
from crm.search.spec import SearchFound, SearchHit, SearchSource

if TYPE_CHECKING:
    from crm.models import User

LABEL = "contacts.contact"
_shown: Shelf[KeptRows[Contact]] = Shelf()
TOLD = ("kind", "name", "archived_at", "parent", "organization__kind", "organization__name")


def find_contacts(user: User, text: str, limit: int) -> SearchFound:
    """Current persons and organizations by any part of name, e-mail, phone or external id."""
    return find_by_text(Contact.objects.visible_to(user).current(), user, text, limit, show_contacts)


def show_contacts(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    """Contacts with where they work and live, as far as this person may know it."""
    hidden = hidden_specs(user, LABEL)
    records = _shown.get_or_make(visible_words(Contact, user), lambda: KeptRows(_rows(user))).read(keys=keys)
    for record in records:
        put_along(record, "addresses", record.address_rows)  # type: ignore[attr-defined]
    veil(user, records, unseen_words(LABEL))
    return {contact.pk: _hit(contact, hidden) for contact in records}


def _rows(user: User) -> QuerySet[Contact]:
    rows = Contact.objects.visible_to(user).filter(is_one_of_keys()).select_related("organization")
    return rows.only(*TOLD).annotate(address_rows=rows_along(Address.objects.filter(contact=OuterRef("pk"))))


def _hit(contact: Contact, hidden: frozenset[str]) -> SearchHit:
    works_at = str(contact.organization) if contact.organization and "organization" not in hidden else ""
    place = "" if hidden & {"place", "city", "country"} else place_of(contact)
    notes = [works_at, place, "archived" if contact.is_archived else ""]
    return SearchHit(
        contact.name,
        contact.get_absolute_url(),
        "building" if contact.is_organization else "person",
        " · ".join(note for note in notes if note),
    )


SOURCES = (
    SearchSource("contacts", "Contacts", LABEL, find_contacts, show_contacts, all_url_name="contacts:contact_list"),
)
