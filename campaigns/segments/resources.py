"""What the API shows of segments."""

from __future__ import annotations

from typing import Any

from campaigns.models import Segment
from crm.catalogue import FieldSpec
from crm.rest.resources import Resource


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(segment: Segment) -> int:
    return segment.version


SEGMENTS = Resource(
    name="segments",
    label="campaigns.segment",
    noun="segment",
    default_sort="name",
    extras=(_own("filter", "Who meets it: a tree, as lists of contacts take it"), _own("version", "The version")),
    version=_version,
)
