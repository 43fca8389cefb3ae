"""Figures of other rows that hang on a record: how many orders in the last 90 days, for how much, when the last.

Each becomes a set of records: those whose rows fulfil it. A record without rows has the figure 0 and no first or last.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from crm.catalogue import FieldSpec
from crm.filtering.related import hangs_on
from crm.filtering.trees.days import DATE_WORDS, Days, days_meant, window_of
from crm.filtering.trees.nodes import Condition, TreeProblem
from crm.filtering.trees.operators import Asking, Operand, between_days, number_of
from crm.related_totals import Total

ZERO = Decimal(0)


def total_meant(condition: Condition, op: str, spec: FieldSpec, asking: Asking) -> Q:
    """The records that fulfil a condition on a total. Raises TreeProblem."""
    total = spec.total
    if total is None:
        raise TreeProblem("This field is no total.")
    if total.measure in ("first", "last"):
        if condition.within is not None:
            raise TreeProblem("A first or last day takes no `within`.")
        return _day_meant(op, condition.value, total, asking)
    rows = _rows(total, window_of(condition.within, asking.today))
    if op == "between":
        if not isinstance(condition.value, tuple) or len(condition.value) != 2:
            raise TreeProblem("Between takes two numbers.")
        low, high = (number_of(one) for one in condition.value)
        return _reaching("gte", low, rows, total) & _reaching("lte", high, rows, total)
    number = number_of(condition.value)
    if op == "is":
        return _reaching("gte", number, rows, total) & _reaching("lte", number, rows, total)
    look_ups = {"over": "gt", "at_least": "gte", "at_most": "lte", "under": "lt"}
    return _reaching(look_ups[op], number, rows, total)


def _reaching(look_up: str, number: Decimal, rows: QuerySet[Any], total: Total) -> Q:
    """The records whose figure compares so; those without rows have 0: where that fits, all but those that do not."""
    fits = {"gt": number < ZERO, "gte": number <= ZERO, "lt": number > ZERO, "lte": number >= ZERO}[look_up]
    if not fits:
        return _with_figure(look_up, number, rows, total)
    opposite = {"gt": "lte", "gte": "lt", "lt": "gte", "lte": "gt"}[look_up]
    return ~_with_figure(opposite, number, rows, total)


def _with_figure(look_up: str, number: Decimal, rows: QuerySet[Any], total: Total) -> Q:
    if total.measure == "count" and (look_up, number) in (("gte", Decimal(1)), ("gt", ZERO)):
        return hangs_on(rows, total.through)
    figure: Any = Count("pk") if total.measure == "count" else Coalesce(Sum(total.amount), ZERO)
    # each record once, and few enough to be hashed (`hash_mem_multiplier` in the settings)
    found = rows.values(total.through).annotate(figure=figure).filter(**{f"figure__{look_up}": number})
    return Q(pk__in=found.values(total.through))


def _day_meant(op: str, value: Any, total: Total, asking: Asking) -> Q:
    """The last day lies between two days where one row does and none comes after them; the first one likewise."""
    if op == "empty":
        return ~hangs_on(_rows(total, Days()), total.through)
    if op not in DATE_WORDS:
        raise TreeProblem("A day cannot be asked like this.")
    days = days_meant(op, value, asking.today)
    found = hangs_on(_rows(total, days), total.through)
    beyond = days.last if total.measure == "last" else days.first
    if beyond is None:
        return found
    outside = {"gt": beyond} if total.measure == "last" else {"lt": beyond}
    further = _rows(total, Days()).filter(**{f"{total.day}__{look_up}": day for look_up, day in outside.items()})
    return found & ~hangs_on(further, total.through)


def _rows(total: Total, days: Days) -> QuerySet[Any]:
    """The rows of the total that hang on some record, in a window of days."""
    model = apps.get_model(total.model)
    rows: QuerySet[Any] = model._default_manager.filter(**{f"{total.through}__isnull": False}, **dict(total.only))
    if days != Days():
        rows = rows.filter(between_days(days, Operand(FieldSpec("", "", total.day), model)))
    return rows.order_by()
