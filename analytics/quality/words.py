"""What the codes of faults are called, and which field of a contact each of them tells of."""

from __future__ import annotations

from collections.abc import Iterable

from analytics.models.quality import FIELDS

LABELS = dict(FIELDS)
WRONG = {
    "invalid:email": "E-mail cannot be right",
    "invalid:phone": "Phone cannot be read",
    "invalid:postal_code": "Postal code does not fit the country",
    "invalid:country": "Country is not known",
    "invalid:website": "Website cannot be right",
    "untidy:name": "Name in one case, or with blanks",
    "stale": "Not touched for long",
    "double": "May be there twice",
}
FAULTS = {**{f"missing:{name}": f"{label} missing" for name, label in FIELDS}, **WRONG}
"""Every fault a contact can have, in words."""


def field_of(fault: str) -> str:
    """The name of the field that a fault tells of; empty for those of the record as a whole."""
    return fault.partition(":")[2]


def fault_choices() -> list[tuple[str, str]]:
    return list(FAULTS.items())


def in_words(faults: Iterable[str]) -> str:
    """`postal code missing, phone cannot be read`"""
    return ", ".join(FAULTS.get(one, one) for one in faults)
