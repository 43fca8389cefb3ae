"""What the API shows of offers."""

from __future__ import annotations

from typing import Any

from campaigns.models import Offer
from crm.catalogue import FieldSpec
from crm.rest.resources import Resource


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(offer: Offer) -> int:
    return offer.version


OFFERS = Resource(
    name="offers",
    label="campaigns.offer",
    noun="offer",
    default_sort="name",
    extras=(
        _own("product_id", "The product, by id"),
        _own("segment_id", "The segment that it is for, by id; null: everybody"),
        _own("expected_rate", "The share that is thought to take it, 0 to 1"),
        _own("limit_per_customer", "How often one customer may take it"),
        _own("rest_days", "So long nobody is offered it again"),
        _own("least_chance", "The chance to respond that somebody needs, 0 to 1"),
        _own("archived_at", "When it was archived; null while campaigns can choose it"),
        _own("version", "The version, for a change"),
        _own("updated_at", "When it was last changed"),
    ),
    version=_version,
    updated_path="updated_at",
)
