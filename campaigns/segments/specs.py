"""The fields of segments, and the one that segments add to contacts."""

from __future__ import annotations

from typing import cast

from django.db import models

from campaigns.models import Segment
from campaigns.segments.meaning import FIELD, choices, in_segment
from crm.catalogue import FieldSpec
from crm.templatetags.figures import relative_time
from crm.templatetags.pieces import pill


def _segment(record: models.Model) -> Segment:
    return cast(Segment, record)


SEGMENT_FIELDS = (
    FieldSpec("name", "Segment", "name", sort=True, sort_by="sort_name", default=True, order=10, always=True,
        held_in="search_text"),
    FieldSpec("is_fixed", "Fixed", "is_fixed", kind="flag", default=True, order=20,
        cell=lambda record: pill("fixed", "neutral") if _segment(record).is_fixed else pill("live", "good")),
    FieldSpec("size", "People", "size", kind="number", sort=True, default=True, order=30,
        help="Of the whole house, when they were last counted."),
    FieldSpec("counted_at", "Counted", "counted_at", kind="date", default=True, order=31,
        cell=lambda record: relative_time(_segment(record).counted_at)),
    FieldSpec("owner", "Owner", "owner", kind="person", select=("owner",), default=True, order=40),
    FieldSpec("description", "Description", "description", filter=False, order=50),
    FieldSpec("created_at", "Made", "created_at", kind="date", order=60),
    FieldSpec("external_id", "External id", "external_id", order=70),
)  # fmt: skip

IN_SEGMENT = FieldSpec(
    FIELD, "In the segment", "id", kind="choice", group="Campaigns", choices=choices, column=False, filter=False,
    in_trees=True, order=109, compare=in_segment, stored="campaigns.segment.name", always=True,
    help="As it is now, or as it was fixed; with “not”, and beside others, segments make new ones.",
)  # fmt: skip
