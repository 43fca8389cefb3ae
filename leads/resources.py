"""What the API shows of leads: the catalogue's fields and the record's own."""

from __future__ import annotations

from typing import Any

from crm.catalogue import FieldSpec
from crm.rest.resources import Resource
from leads.models import Lead


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(lead: Lead) -> int:
    return lead.version


LEADS = Resource(
    name="leads",
    label="leads.lead",
    noun="lead",
    default_sort="-created_at",
    extras=(
        _own("first_name", "First name"),
        _own("last_name", "Last name"),
        _own("message", "What they wrote"),
        _own("contact_id", "Who they are known as, by id", "contact_id", stored="leads.lead.contact"),
        _own("product_id", "What they are interested in, by id", "product_id", stored="leads.lead.product"),
        _own("respond_by", "By when it has to be touched first"),
        _own("archived_at", "When it was archived; null while it is current"),
        _own("version", "The version, for a change"),
        _own("updated_at", "When it was last changed"),
    ),
    version=_version,
    updated_path="updated_at",
    narrow=lambda rows: rows.defer("search_text"),
    has_custom_fields=True,
)
