"""Merge fields: `{{first_name|there}}` becomes what is known of the person, else what stands behind the bar.

Own substitution and nothing else: what people type is never given to a template language. A value is text: in HTML it
is escaped, in a subject its line breaks are gone, and braces in it stay braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from django.core.exceptions import ValidationError

from contacts.models import Contact
from crm.languages.refusing import refused

FIELDS: dict[str, str] = {
    "first_name": "first name",
    "last_name": "last name",
    "name": "name",
    "organization": "organization",
    "city": "city",
    "owner": "name of who looks after them",
    "company": "our company",
    "offer": "offer",
    "offer_benefit": "what is better about the offer",
    "offer_until": "last day of the offer",
    "offer_code": "code of the offer",
}
"""Names between double braces, and what they stand for."""
OFFER_FIELDS = frozenset(name for name in FIELDS if name.startswith("offer"))
PLACE = re.compile(r"\{\{([^{}|]*)(?:\|([^{}]*))?\}\}")
LONE = re.compile(r"\{\{|\}\}|\{%|%\}")


class Unknown(ValueError):
    """A field is empty for this person, and nothing is said instead."""


def check_text(text: str) -> None:
    """Refuse names between braces that are no field. Raises ValidationError with a sentence."""
    wrong = [name.strip() for name, _ in PLACE.findall(text) if name.strip() not in FIELDS]
    if wrong:
        known = ", ".join(f"{{{{{name}}}}}" for name in FIELDS)
        raise refused("“{{%(wrong)s}}” is no field. These are: %(known)s.", wrong=wrong[0][:40], known=known)
    if LONE.search(PLACE.sub("", text)):
        raise ValidationError("Braces stand alone: write a field like {{first_name}}, or {{first_name|there}}.")


def checked_sender(name: str) -> str:
    """The name that stands as the sender, on one line. Raises ValidationError for braces: none is filled in."""
    if LONE.search(name):
        raise ValidationError("The name of the sender is the same for everybody: write it without fields.")
    return one_line(name)


def fields_in(text: str) -> set[str]:
    """Names of the fields in a text."""
    return {name.strip() for name, _ in PLACE.findall(text)}


def fields_without_fallback(text: str) -> set[str]:
    """Names of the fields that say nothing where they are empty."""
    return {name.strip() for name, instead in PLACE.findall(text) if not instead.strip()}


def fill(text: str, values: Mapping[str, str], write: Callable[[str], str] = str) -> str:
    """The text with its fields filled in, once: braces in a value stay braces. `write` makes a value fit for where it
    stands; what is said instead is part of the text. Raises Unknown."""

    def put(found: re.Match[str]) -> str:
        instead = (found[2] or "").strip()
        value = said(found[1].strip(), instead, values)
        return instead if value is None else write(value)

    return PLACE.sub(put, text)


def said(name: str, instead: str, values: Mapping[str, str]) -> str | None:
    """What a field says of a person; None where what stands behind the bar is said. Raises Unknown without either."""
    if value := values.get(name, "").strip():
        return value
    if not instead:
        raise Unknown(f"{FIELDS.get(name, name)} is not known, and nothing is said instead")
    return None


def one_line(value: str) -> str:
    """A value for a subject."""
    return " ".join(value.split())


def values_of(contact: Contact, city: str, company: str) -> dict[str, str]:
    """What the fields say of a contact, read with `organization` and `owner`; the name of an address is no name."""
    return {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "name": "" if "@" in contact.name else contact.name,
        "organization": contact.organization.name if contact.organization else "",
        "city": city,
        "owner": contact.owner.name if contact.owner else "",
        "company": company,
    }
