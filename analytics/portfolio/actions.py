"""Writes of the table of strategies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from analytics.models import StrategyRule
from analytics.statements import execute
from crm.log import log
from crm.models import User

OUT_OF_THE_WAY = 10_000


def hold_strategies() -> None:
    """One writer of the table at a time, until the transaction ends."""
    execute("SELECT pg_advisory_xact_lock(hashtextextended('strategies', 0))")


@transaction.atomic
def save_strategies(*, actor: User | None, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Make the table of strategies these rules (known by name), in this order; whether anything changed.

    The contacts keep the strategies of the last run until the next one.
    """
    hold_strategies()
    stored = StrategyRule.objects.order_by("position").values()
    before = [{name: value for name, value in row.items() if name != "id"} for row in stored]
    wanted = [{**row, "position": position} for position, row in enumerate(rows, start=1)]
    if before == wanted:
        return False
    StrategyRule.objects.exclude(name__in=[row["name"] for row in wanted]).delete()
    for rule in StrategyRule.objects.all():  # places are unique: first everybody out of the way
        StrategyRule.objects.filter(pk=rule.pk).update(position=OUT_OF_THE_WAY + rule.position)
    for fields in wanted:
        StrategyRule.objects.update_or_create(name=fields["name"], defaults=fields)
    names = ", ".join(row["name"] for row in wanted)
    log(actor=actor, verb="change", kind=StrategyRule, summary=f"Changed the table of strategies: {names}"[:500])
    return True
