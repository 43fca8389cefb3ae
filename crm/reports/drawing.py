"""The data of a report's chart, as `static/js/charts/report.js` reads them: names along the axis, series of points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from crm.filtering.trees.days import FIRST, LAST, moved
from crm.reports.asking import CELL, ROW, Line

if TYPE_CHECKING:
    import datetime as dt

    from crm.reports.groupings import Grouping
    from crm.reports.reading import Report

MOST_BARS = 40
MOST_SERIES = 8
MOST_DAYS = 1_100
Point = tuple[float | None, str]
PointOf = Callable[[Line], Point]
Lines = dict[tuple[Any, ...], Line]


def chart_data(
    report: Report,
    rows: Sequence[Line],
    columns: Sequence[Any],
    by_key: Lines,
    currencies: Sequence[str],
    point: PointOf,
) -> dict[str, Any]:
    """The first figure of the rows (or, without rows, of the columns), a series for each column or currency.

    A line over days has a place for each period between the first and the last: what has no rows is 0, not left out.
    """
    if not rows:
        return {}
    axis, kind = _axis(report, rows), report.chart
    wanted = columns[:MOST_SERIES] if report.column else [None]
    pairs = [(column, currency) for currency in currencies for column in wanted]
    series = []
    for column, currency in pairs[:MOST_SERIES]:
        level = CELL if report.column else ROW
        lines = [by_key.get((level, keys, column, currency)) for keys in axis]
        nothing: Point = (0 if _is_counted(report) else None, "")
        points = [point(line) if line else nothing for line in lines]
        name = " ".join(
            part for part in (_column_name(report, column), currency if len(currencies) > 1 else "") if part
        )
        series.append({"name": name or report.measures[0].label, "values": [one[0] for one in points],
                       "urls": [one[1] for one in points]})  # fmt: skip
    first = report.measures[0]
    return {
        "kind": kind,
        "names": [" · ".join(one.words(key) for one, key in zip(report.rows, keys, strict=True)) for keys in axis],
        "series": series,
        "unit": "percent" if first.is_share else "",
        "label": first.label,
    }


def _axis(report: Report, rows: Sequence[Line]) -> list[tuple[Any, ...]]:
    """The groups along the axis, in the order of the table; the periods of a line without a gap, the oldest first."""
    keys = list(dict.fromkeys(line.rows for line in rows))
    if report.chart != "line" or len(report.rows) != 1 or not report.rows[0].is_date:
        return keys[:MOST_BARS]
    days = sorted(key for (key,) in keys if key is not None)
    return [(day,) for day in _without_gaps(days, report.rows[0])]


def _without_gaps(days: list[dt.date], grouping: Grouping) -> list[dt.date]:
    """Every period from the first to the last; the days as they are where one is mistyped or there are too many."""
    if not days or days[0] < FIRST or days[-1] > LAST:
        return days
    found = [days[0]]
    while found[-1] < days[-1] and len(found) < MOST_DAYS:
        found.append(moved(found[-1], 1, grouping.by))
    return found if len(found) < MOST_DAYS else days


def _is_counted(report: Report) -> bool:
    """Whether a group without rows has 0 of it; an average of nothing is none."""
    return report.measures[0].function in ("count", "sum", "distinct", "share", "part")


def _column_name(report: Report, value: Any) -> str:
    return report.column.words(value) if report.column else ""
