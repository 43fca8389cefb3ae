"""The one statement of a report: groups, totals, what is shown of them. Rows stay in the database.

Django writes what is read of each row (`value`s of the catalogue, in columns that are named here); PostgreSQL puts them
together by GROUPING SETS: each cell, each row and each column by itself, and the whole. Names in the outer statement
are made here and hold nothing that anybody typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, F, QuerySet
from django.db.models.functions import Cast

from crm.filtering.patience import patience
from crm.reports.groupings import Grouping
from crm.reports.measures import Measure

MOST_COLUMNS = 24
CELL, ROW, COLUMN, WHOLE = 0, 1, 2, 3  # the level of a line: bit 1 is set where no row is meant, bit 0 where no column
PREFIX = "report_"


@dataclass(frozen=True)
class Question:
    """What is asked of the matching rows. `currency` is a path, empty where no measure is in a currency of its own."""

    rows: Sequence[Grouping]
    column: Grouping | None
    measures: Sequence[Measure]
    currency: str
    sort: str
    limit: int
    milliseconds: int


@dataclass(frozen=True)
class Line:
    """One line of the answer: its level, its keys, the number of rows, the figures in the order of the measures."""

    level: int
    rows: tuple[Any, ...]
    column: Any
    currency: str
    count: int
    figures: tuple[Any, ...]


@dataclass(frozen=True)
class Answer:
    """The lines in the order asked for; how many groups (in each currency) and columns there are in all."""

    lines: Sequence[Line] = ()
    groups: int = 0
    columns: int = 0


def ask(matching: QuerySet[Any], question: Question) -> Answer:
    """Read it. Raises `OutOfPatience` where it takes longer than it may."""
    try:
        inner, parameters = _values(matching, question).query.sql_with_params()
    except EmptyResultSet:
        return Answer()
    statement = _statement(question, inner)
    with patience(question.milliseconds), connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, question.limit, question.limit])
        found = cursor.fetchall()
    return _answer(question, found)


def _values(matching: QuerySet[Any], question: Question) -> QuerySet[Any]:
    """What is read of each row, in columns with names of our own."""
    columns: dict[str, Any] = {name: one.expression for name, one in _keys(question).items()}
    if question.currency:
        columns[f"{PREFIX}currency"] = Cast(F(question.currency), CharField())
    columns |= {_value(place): one.value for place, one in enumerate(question.measures) if one.value is not None}
    rows = matching.order_by()
    if rows.query.distinct or rows.query.combinator:
        rows = matching.model._default_manager.filter(pk__in=rows.values("pk")).order_by()
    columns = columns or {f"{PREFIX}row": F("pk")}
    return rows.annotate(**columns).values_list(*columns)


def _value(place: int) -> str:
    return f"{PREFIX}value{place}"


def _keys(question: Question) -> dict[str, Grouping]:
    """The columns that are grouped by, without the currency."""
    keys = {f"{PREFIX}row{place}": one for place, one in enumerate(question.rows)}
    return keys | ({f"{PREFIX}column": question.column} if question.column else {})


def _statement(question: Question, inner: str) -> str:
    """`inner` holds the values of each row; every other name here is ours."""
    rows = [f"{PREFIX}row{place}" for place in range(len(question.rows))]
    column = [f"{PREFIX}column"] if question.column else []
    currency = [f"{PREFIX}currency"] if question.currency else []
    names = [*rows, *column, *currency]
    # each is asked for where it says something: without a column a row is a cell
    sets = list(dict.fromkeys([(*rows, *column, *currency), (*rows, *currency), (*column, *currency), (*currency,)]))
    level = f"{_is_rolled(rows)} * 2 + {_is_rolled(column)}"
    figures = ["count(*) AS lines", *(_figure(place, one) for place, one in enumerate(question.measures))]
    told = ["level", *names, "lines", *(f"figure{place}" for place in range(len(question.measures)))]
    order, column_order = _order(question, rows), _column_order(question)
    own_currency = "".join(f", {name}" for name in currency)
    same_row = ", ".join(["level / 2", *rows, *currency])
    return f"""
WITH read_rows AS ({inner}),
cells AS (
    SELECT {", ".join([f"{level} AS level", *names, *figures])} FROM read_rows
    GROUP BY GROUPING SETS ({", ".join(f"({', '.join(one)})" for one in sets)})
),
summed AS (
    SELECT cells.*, sum(lines) OVER (PARTITION BY {", ".join(["level", *rows, *column])}) AS lines_of_all FROM cells
),
ranked AS (
    SELECT summed.*,
        CASE WHEN level = {ROW} THEN row_number() OVER (PARTITION BY level{own_currency} ORDER BY {order}) END
            AS own_place,
        CASE WHEN level = {COLUMN} THEN dense_rank() OVER (PARTITION BY level ORDER BY {column_order}) END AS own_column
    FROM summed
),
placed AS (
    SELECT ranked.*,
        max(own_place) OVER (PARTITION BY {same_row}) AS row_place,
        min(own_column) OVER (PARTITION BY mod(level, 2){", " + column[0] if column else ""}) AS column_place,
        count(own_place) OVER () AS all_rows, max(own_column) OVER () AS all_columns
    FROM ranked
)
SELECT {", ".join(told)}, all_rows, all_columns FROM placed
WHERE level = {WHOLE} OR (level = {ROW} AND row_place <= %s) OR (level = {COLUMN} AND column_place <= {MOST_COLUMNS})
    OR (level = {CELL} AND row_place <= %s AND column_place <= {MOST_COLUMNS})
ORDER BY {", ".join(["level DESC", order, *currency, "row_place", "column_place"])}
"""  # noqa: S608 - names and numbers of our own; values stand as parameters in `inner`


def _is_rolled(names: Sequence[str]) -> str:
    """1 where a line is of all values of these columns; the first one tells. None of them counts as rolled up."""
    return f"GROUPING({names[0]})" if names else "1"


def _figure(place: int, measure: Measure) -> str:
    return f"{measure.sql.format(_value(place))} AS figure{place}"


def _order(question: Question, rows: Sequence[str]) -> str:
    """By a figure, or by the groups themselves; of days those that are latest stay where not all fit."""
    by_groups = ", ".join(
        f"{name} {'DESC' if one.is_date else 'ASC'} NULLS LAST" for name, one in zip(rows, question.rows, strict=True)
    )
    if question.sort.lstrip("-") != "key":
        place = int(question.sort.lstrip("-").removeprefix("m")) - 1
        way = "DESC" if question.sort.startswith("-") else "ASC"
        return ", ".join(part for part in (f"figure{place} {way} NULLS LAST", by_groups) if part)
    return by_groups or "lines"


def _column_order(question: Question) -> str:
    name = f"{PREFIX}column"
    if question.column is None:
        return "lines"
    return f"{name} DESC NULLS LAST" if question.column.is_date else f"lines_of_all DESC, {name}"


def _answer(question: Question, found: Sequence[Sequence[Any]]) -> Answer:
    count = len(question.rows)
    lines = []
    for level, *told in found:
        keys, rest = tuple(told[:count]), told[count:]
        column = rest.pop(0) if question.column else None
        currency = (rest.pop(0) or "") if question.currency else ""
        number, figures = rest[0], tuple(rest[1 : 1 + len(question.measures)])
        lines.append(Line(level, keys, column, currency, number, figures))
    groups, columns = (found[0][-2] or 0, found[0][-1] or 0) if found else (0, 0)
    return Answer(lines, groups, columns)
