"""What the API shows of contacts: the catalogue's fields and the record's own."""

from __future__ import annotations

from typing import Any

from contacts.choices import ContactKind, PointKind
from contacts.models import Address, Contact
from contacts.queries import primary_address
from crm.catalogue import FieldSpec
from crm.rest.resources import Resource, not_searched

LABEL = "contacts.contact"
EMAIL, PHONE, HANDLES = (f"{LABEL}.{name}" for name in ("email", "phone", "handles"))
ADDRESS_PARTS = ("street", "postal_code", "city", "region", "country")


def _points(kind: str) -> Any:
    return lambda contact: [point.value for point in contact.points.all() if point.kind == kind]


def _part(name: str) -> Any:
    def read(contact: Contact) -> str:
        address: Address | None = primary_address(contact)
        return str(getattr(address, name)) if address else ""

    return read


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _list(name: str, label: str, kind: str, stored: str) -> FieldSpec:
    return _own(name, label, "points__value", kind="listed", value=_points(kind), prefetch=("points",), stored=stored)


EXTRAS = (
    _own("first_name", "First name"),
    _own("last_name", "Last name"),
    _own("organization_id", "The organization they work at, by id", "organization_id", stored=f"{LABEL}.organization"),
    _own("parent_id", "The organization it belongs to, by id", "parent_id", stored=f"{LABEL}.parent"),
    _list("emails", "E-mail addresses, the main one first", PointKind.EMAIL, EMAIL),
    _list("phones", "Phone numbers, the main one first", PointKind.PHONE, PHONE),
    _list("handles", "Social handles", PointKind.HANDLE, HANDLES),
    *(
        _own(
            name, f"Main address, {name.replace('_', ' ')}", f"addresses__{name}",
            value=_part(name), prefetch=("addresses",),
        )
        for name in ADDRESS_PARTS
    ),
    _own("website", "Website"),
    _own("review_days", "Reviewed every so many days"),
    _own(
        "acquired_list_ids", "Lists that they came with, by id", "listings__acquired_list",
        value=lambda contact: [one.acquired_list_id for one in contact.listings.all()], prefetch=("listings",),
        stored=f"{LABEL}.source",
    ),
    _own("archived_at", "When it was archived; null while it is current"),
    _own("version", "The version, for a change"),
    _own("updated_at", "When it was last changed"),
)  # fmt: skip


def _version(contact: Contact) -> int:
    return contact.version


CONTACTS = Resource(
    name="contacts",
    label=LABEL,
    noun="contact",
    default_sort="name",
    extras=EXTRAS,
    version=_version,
    updated_path="updated_at",
    narrow=lambda rows: rows.defer("search_text"),
    has_custom_fields=True,
)
ORGANIZATIONS = Resource(
    name="organizations",
    label=LABEL,
    noun="organization",
    default_sort="name",
    extras=EXTRAS,
    version=_version,
    updated_path="updated_at",
    narrow=lambda rows: rows.filter(kind=ContactKind.ORGANIZATION).defer("search_text"),
    has_custom_fields=True,
)
INTERACTIONS = Resource(
    name="interactions",
    label="contacts.interaction",
    noun="interaction",
    default_sort="-occurred_at",
    extras=(
        FieldSpec("occurred_at", "When", "occurred_at", sort=True),
        _own("contact_id", "Whose, by id"),
        _own("channel", "Channel"),
        _own("direction", "in (from the customer) or out"),
        _own("subject", "What it was about"),
        _own("body", "What was said"),
        _own("outcome", "Outcome"),
        _own("duration_seconds", "How long it took, in seconds"),
        _own("user", "Who of the company", select=("user",)),
        _own("created_at", "When it was written down"),
    ),
    search=not_searched,
)
CONSENTS = Resource(
    name="consents",
    label="contacts.consent",
    noun="consent",
    default_sort="-recorded_at",
    extras=(
        FieldSpec("recorded_at", "When they said so", "recorded_at", sort=True),
        _own("contact_id", "Whose, by id"),
        _own("channel", "Channel"),
        _own("purpose", "For what; `all` is everything"),
        _own("level", "0 no, 1 implied, 2 opt-in, 3 double opt-in", kind="number"),
        _own("basis", "Legal basis"),
        _own("source", "Where they said so"),
        _own("wording", "What they agreed to, word for word"),
        _own("proof", "Where the proof is kept"),
        _own("recorded_by", "Who wrote it down", select=("recorded_by",)),
        _own("created_at", "When it was written down"),
    ),
    search=not_searched,
)
