"""A record that is made brings rows with it (a contact its address, an order its lines): together one entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from crm.catalogue import past_rule
from crm.choices import RowOperation
from crm.models import RowChange
from crm.past.upkeep import kept_models
from crm.past.wording import model_of
from crm.templatetags.figures import plural

DOOR = ("request_id", "job_id")


@cache
def parts_by_table() -> dict[str, str]:
    """The tables whose rows are parts of a record, each with the table of that record."""
    found = {}
    for model in kept_models():
        rule = past_rule(model._meta.label_lower)
        if rule.is_part:
            whole: Any = next(field for field in model._meta.concrete_fields if field.column == rule.parent)
            found[model._meta.db_table] = whole.related_model._meta.db_table
    return found


def without_parts(rows: QuerySet[RowChange]) -> QuerySet[RowChange]:
    """The rows without the made parts of records that the same request or job made: those stand with their record."""
    for part, whole in parts_by_table().items():
        made = RowChange.objects.filter(table_name=whole, operation=RowOperation.INSERT)
        by_request = Exists(made.filter(request_id=OuterRef("request_id")).exclude(request_id=""))
        by_job = Exists(made.filter(job=OuterRef("job"), job__isnull=False))
        is_part = Q(table_name=part, operation=RowOperation.INSERT) & (Q(~Q(request_id=""), by_request) | Q(by_job))
        rows = rows.exclude(is_part)
    return rows


def parts_made_with(change: RowChange) -> QuerySet[RowChange]:
    """The parts that were made with a record, by the same request; of a job, which makes many, none are known apart."""
    tables = [part for part, whole in parts_by_table().items() if whole == change.table_name]
    if change.operation != RowOperation.INSERT or not change.request_id or not tables:
        return RowChange.objects.none()
    made = RowChange.objects.filter(request_id=change.request_id, operation=RowOperation.INSERT)
    return made.filter(table_name__in=tables).order_by("pk")


def count_parts(changes: Sequence[RowChange], user: Any = None) -> None:
    """Give each change `with_words`: the parts that were made with its record, `2 contact points, 1 address`."""
    made = [one for one in changes if one.operation == RowOperation.INSERT and (one.request_id or one.job_id)]
    doors = {name: {getattr(one, name) for one in made if getattr(one, name)} for name in DOOR}
    counted: dict[tuple[Any, str], list[str]] = defaultdict(list)
    if made:
        rows = RowChange.objects.filter(operation=RowOperation.INSERT, table_name__in=parts_by_table())
        rows = rows.filter(Q(request_id__in=doors["request_id"]) | Q(job__in=doors["job_id"])).order_by()
        sums = rows.values_list(*DOOR, "table_name").annotate(count=Sum(F("last_id") - F("row_id") + 1))
        for request_id, job_id, table, count in sums:
            model: Any = model_of(table)
            words = plural(count, str(model._meta.verbose_name), str(model._meta.verbose_name_plural))
            counted[request_id or job_id, parts_by_table()[table]].append(words)
    for one in changes:
        door = (one.request_id or one.job_id, one.table_name)
        one.with_words = ", ".join(counted.get(door, ())) if one in made else ""  # type: ignore[attr-defined]
