"""Writes of the analysis that people ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from analytics.models import RfmSegment
from crm.log import log
from crm.models import User

OUT_OF_THE_WAY = 10_000


@transaction.atomic
def save_segments(*, actor: User | None, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Make the table of segments these rows (known by name), in this order; whether anything changed.

    The customers keep the names of the last run until the next one.
    """
    stored = RfmSegment.objects.select_for_update().order_by("position").values()
    before = [{name: value for name, value in row.items() if name != "id"} for row in stored]
    wanted = [{**row, "position": position} for position, row in enumerate(rows, start=1)]
    if before == wanted:
        return False
    RfmSegment.objects.exclude(name__in=[row["name"] for row in wanted]).delete()
    for segment in RfmSegment.objects.all():  # places are unique: first everybody out of the way
        RfmSegment.objects.filter(pk=segment.pk).update(position=OUT_OF_THE_WAY + segment.position)
    for fields in wanted:
        RfmSegment.objects.update_or_create(name=fields["name"], defaults=fields)
    names = ", ".join(row["name"] for row in wanted)
    log(actor=actor, verb="change", summary=f"Changed the table of segments: {names}")
    return True
