"""What the API shows of deals: the catalogue's fields and the records' own."""

from __future__ import annotations

from typing import Any

from crm.catalogue import FieldSpec
from crm.rest.resources import Resource
from pipeline import queries
from pipeline.models import Deal


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(deal: Deal) -> int:
    return deal.version


DEALS = Resource(
    name="deals",
    label="pipeline.deal",
    noun="deal",
    default_sort="-added_on",
    extras=(
        _own("stage_id", "The stage, by id"),
        _own("pipeline_id", "The pipeline, by id"),
        _own("organization_id", "The organization, by id", stored="pipeline.deal.organization"),
        _own("contact_id", "The person, by id", stored="pipeline.deal.contact"),
        _own("archived_at", "When it was archived; null while it is current"),
        _own("version", "The version, for a change"),
        _own("updated_at", "When it was last changed"),
    ),
    search=queries.search_deals,
    version=_version,
    updated_path="updated_at",
)
