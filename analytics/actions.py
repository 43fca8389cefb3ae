"""Writes of the analysis that people ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from analytics.models import AllowedFeature, CostPool, RfmSegment, UsageLevel
from analytics.statements import execute
from crm.log import log
from crm.models import User

OUT_OF_THE_WAY = 10_000


def hold_segments() -> None:
    """One writer of the table at a time, until the transaction ends."""
    execute("SELECT pg_advisory_xact_lock(hashtextextended('segments', 0))")


@transaction.atomic
def save_segments(*, actor: User | None, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Make the table of segments these rows (known by name), in this order; whether anything changed.

    The customers keep the names of the last run until the next one.
    """
    hold_segments()
    stored = RfmSegment.objects.order_by("position").values()
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
    log(actor=actor, verb="change", kind=RfmSegment, summary=f"Changed the table of segments: {names}")
    return True


@transaction.atomic
def allow_feature(*, actor: User | None, name: str, label: str) -> None:
    """Let the next runs learn churn from a feature that nearly gives the answer away by itself."""
    _, is_new = AllowedFeature.objects.get_or_create(name=name, defaults={"actor": actor})
    if is_new:
        log(actor=actor, verb="allow", summary=f"Allowed “{label}” as a feature of churn")


@transaction.atomic
def refuse_feature(*, actor: User | None, name: str, label: str) -> None:
    """Take such a permission back: the next runs leave the feature out again."""
    if AllowedFeature.objects.filter(name=name).delete()[0]:
        log(actor=actor, verb="refuse", summary=f"Refused “{label}” as a feature of churn again")


@transaction.atomic
def save_usage_levels(*, actor: User | None, levels: Mapping[str, tuple[int | None, str]]) -> bool:
    """Give the levels of usage these (share, message); whether anything changed. The next run goes by them."""
    changed = []
    for level in UsageLevel.objects.select_for_update().order_by("position"):
        if (level.share, level.message) != levels[level.level]:
            level.share, level.message = levels[level.level]
            level.save(update_fields=["share", "message"])
            changed.append(level.get_level_display())
    if changed:
        log(actor=actor, verb="change", summary=f"Changed the levels of usage: {', '.join(changed)}")
    return bool(changed)


def hold_pools() -> None:
    """One writer of the pools of costs at a time, until the transaction ends."""
    execute("SELECT pg_advisory_xact_lock(hashtextextended('cost pools', 0))")


@transaction.atomic
def save_pools(*, actor: User | None, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Make the pools of costs these rows (known by name), in this order; whether anything changed. None at all is fine:
    then the next run reckons nothing."""
    hold_pools()
    before = [{name: value for name, value in row.items() if name != "id"} for row in CostPool.objects.values()]
    wanted = [{**row, "position": position} for position, row in enumerate(rows, start=1)]
    if before == wanted:
        return False
    CostPool.objects.exclude(name__in=[row["name"] for row in wanted]).delete()
    for pool in CostPool.objects.all():  # places are unique: first everybody out of the way
        CostPool.objects.filter(pk=pool.pk).update(position=OUT_OF_THE_WAY + pool.position)
    for fields in wanted:
        CostPool.objects.update_or_create(name=fields["name"], defaults=fields)
    names = ", ".join(row["name"] for row in wanted) or "none"
    log(actor=actor, verb="change", kind=CostPool, summary=f"Changed the pools of costs: {names}")
    return True
