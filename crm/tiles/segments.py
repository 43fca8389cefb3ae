"""The segments by which figures over customers can be narrowed: the values of the contact's field `segment`."""

from __future__ import annotations

from crm.catalogue import fields_of
from crm.field_rights import hidden_specs
from crm.models import User

CONTACT, FIELD = "contacts.contact", "segment"


def segment_choices(user: User) -> list[str]:
    """Their names; none for whom the field is hidden, or where no app brings it."""
    if FIELD in hidden_specs(user, CONTACT):
        return []
    spec = next((spec for spec in fields_of(CONTACT) if spec.name == FIELD), None)
    return [value for value, _ in spec.choices()] if spec and spec.choices else []
