"""The answer as a page shows it: a table with totals, the way from each figure to its rows, the chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from crm.choices import Verb
from crm.company import current_company
from crm.filtering.trees.nodes import Condition, Node, all_of, as_text, top_parts
from crm.reports.asking import CELL, COLUMN, MOST_COLUMNS, ROW, WHOLE, Answer, Line
from crm.reports.drawing import MOST_BARS, MOST_SERIES, chart_data
from crm.reports.groupings import Grouping
from crm.reports.measures import Measure
from crm.reports.subjects import EVERYTHING
from crm.reports.wording import figure_in_words

if TYPE_CHECKING:
    from crm.reports.reading import Report

LONGEST_QUERY = 3_500  # what a web server takes as the line of a request, with room for the rest


@dataclass(frozen=True)
class Figure:
    """One cell: as it is read, as it is, and where its rows are."""

    text: str
    value: Any = None
    url: str = ""


@dataclass(frozen=True)
class Head:
    """A head of the table; `sort` is the word by which its column is sorted next, `sorted` how it is sorted now."""

    label: str
    is_figure: bool = False
    sort: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class ResultRow:
    """One line of the table: what it is of, and its figures."""

    keys: Sequence[Figure]
    figures: Sequence[Figure]


@dataclass
class Result:
    """All that a report shows; `notes` are sentences about what is not shown."""

    heads: Sequence[Head] = ()
    groups: Sequence[tuple[str, int]] = ()
    rows: Sequence[ResultRow] = ()
    totals: Sequence[ResultRow] = ()
    notes: Sequence[str] = ()
    chart: dict[str, Any] = field(default_factory=dict)
    count: int = 0


def result_of(report: Report, verb: str = Verb.VIEW) -> Result:
    """Ask, and put the answer together; empty where something is wrong with the report."""
    answer = report.ask(verb)
    return _Builder(report, answer).result() if answer.lines and not report.problems else Result()


@dataclass
class _Builder:
    report: Report
    answer: Answer

    def __post_init__(self) -> None:
        report, lines = self.report, self.answer.lines
        self.home = current_company().currency
        self.whole = {line.currency: line for line in lines if line.level == WHOLE}
        self.has_currencies = len(self.whole) > 1
        for place, one in enumerate(report.rows):
            one.read_labels({line.rows[place] for line in lines})
        if report.column:
            report.column.read_labels({line.column for line in lines})
        self.by_key = {self._key(line): line for line in lines}
        self.row_lines = self._in_order([line for line in lines if line.level == ROW])
        self.columns = self._columns([line for line in lines if line.level in (CELL, COLUMN)])

    def result(self) -> Result:
        report = self.report
        rows = [self._row(line) for line in self.row_lines]
        totals = [self._total(currency) for currency in self.whole] if self.whole else []
        return Result(
            heads=self._heads(),
            groups=self._groups(),
            rows=rows,
            totals=totals,
            notes=list(self._notes()),
            chart=self._chart() if report.chart != "none" and (report.rows or report.column) else {},
            count=sum(line.count for line in self.whole.values()),
        )

    @staticmethod
    def _key(line: Line) -> tuple[Any, ...]:
        return line.level, line.rows, line.column, line.currency

    def _in_order(self, lines: list[Line]) -> list[Line]:
        """As the statement put them; by themselves in the order of their words, where all are there."""
        if self.report.sort != "key":
            return lines
        return sorted(lines, key=lambda line: (*map(_placed, self.report.rows, line.rows), line.currency))

    def _columns(self, lines: Iterable[Line]) -> list[Any]:
        column = self.report.column
        return sorted({line.column for line in lines}, key=column.place) if column else []

    def _row(self, line: Line) -> ResultRow:
        last = self.report.rows[-1]
        keys = [
            Figure(one.words(value), one.words(value), self._link(self._conditions(line)) if one is last else "")
            for one, value in zip(self.report.rows, line.rows, strict=True)
        ]
        if self.has_currencies:
            keys.append(Figure(line.currency or "–", line.currency))
        return ResultRow(keys, self._figures(line))

    def _figures(self, line: Line) -> list[Figure]:
        """The figures of one row (or of the whole): of each column, then of all."""
        level = CELL if line.level == ROW else COLUMN
        cells = [self.by_key.get((level, line.rows, value, line.currency)) for value in self.columns]
        return [figure for one in (*cells, line) for figure in self._measured(one)]

    def _measured(self, line: Line | None) -> list[Figure]:
        if line is None:
            return [Figure("", None) for _ in self.report.measures]
        url = self._link(self._conditions(line))
        pairs = zip(self.report.measures, line.figures, strict=True)
        return [self._figure(place, one, value, line, url) for place, (one, value) in enumerate(pairs)]

    def _figure(self, place: int, one: Measure, value: Any, line: Line, url: str) -> Figure:
        if one.is_share:
            value = _share(value, self.whole[line.currency].figures[place])
        currency = (line.currency if one.currency else self.home) if one.kind == "money" else ""
        return Figure(figure_in_words(value, one.kind, currency), value, url)

    def _total(self, currency: str) -> ResultRow:
        keys = [Figure("Total"), *(Figure("") for _ in self.report.rows[1:])]
        if self.has_currencies:
            keys.append(Figure(currency or "–", currency))
        return ResultRow(keys, self._figures(self.whole[currency]))

    def _conditions(self, line: Line) -> list[Node | None]:
        """What leads to the rows of a line, besides the filter of the report; None stands for what cannot be asked."""
        report = self.report
        found: list[Node | None] = []
        if line.level in (CELL, ROW):
            found += [one.condition(value) for one, value in zip(report.rows, line.rows, strict=True)]
        if line.level in (CELL, COLUMN) and report.column:
            found.append(report.column.condition(line.column))
        if self.has_currencies:
            name = next(spec.name for spec in report.trees.specs.values() if spec.path == report.currency)
            found.append(Condition(name, "exactly", line.currency) if line.currency else Condition(name, "empty"))
        return found

    def _link(self, conditions: Sequence[Node | None]) -> str:
        """The list with all of this; empty where a part cannot be asked or an address cannot hold it."""
        report = self.report
        asked = [one for one in conditions if one is not None]
        if report.subject is None or len(asked) < len(conditions):
            return ""
        kept = report.definition.filter if report.definition.filter.startswith("~") else ""
        tree = all_of(*top_parts(report.node), *asked)
        text = kept if kept and not conditions else as_text(tree)
        said = {"filter": text, "q": report.definition.words}
        query = urlencode({name: one for name, one in said.items() if one} or EVERYTHING)
        return f"{report.subject.path}?{query}" if len(query) <= LONGEST_QUERY else ""

    def _heads(self) -> list[Head]:
        report = self.report
        keys = [Head(one.label, sort="key", sorted="asc" if report.sort == "key" else "") for one in report.rows]
        heads = keys or [Head("")]
        if self.has_currencies:
            heads.append(Head("Currency"))
        labels = [one.label for one in report.measures]
        if report.column and len(labels) == 1:
            heads += [Head(report.column.words(value), is_figure=True) for value in self.columns]
            return [*heads, self._head(1, f"Total: {labels[0][:1].lower()}{labels[0][1:]}")]
        heads += [Head(label, is_figure=True) for _ in self.columns for label in labels]
        return heads + [self._head(place, label) for place, label in enumerate(labels, start=1)]

    def _head(self, place: int, label: str) -> Head:
        falling, rising = f"-m{place}", f"m{place}"
        is_now = {falling: "desc", rising: "asc"}.get(self.report.sort, "") if self.report.rows else ""
        return Head(label, True, (rising if is_now == "desc" else falling) if self.report.rows else "", is_now)

    def _groups(self) -> list[tuple[str, int]]:
        """The heads above the heads: each column over its measures; empty where one line of heads will do."""
        column = self.report.column
        if column is None or len(self.report.measures) == 1:
            return []
        before = max(len(self.report.rows), 1) + self.has_currencies
        width = len(self.report.measures)
        return [("", before), *((column.words(value), width) for value in self.columns), ("Total", width)]

    def _notes(self) -> Iterable[str]:
        shown = len(self.row_lines)
        if self.answer.groups > shown:
            what = "lines (a group has one for each currency)" if self.has_currencies else "groups"
            groups = f"{shown:,} of {self.answer.groups:,} {what} are shown"
            yield f"{groups}; the total is of all. Raise the limit, or filter."
        if self.answer.columns > MOST_COLUMNS:
            which = "latest" if self.report.column and self.report.column.is_date else "largest"
            yield f"The {MOST_COLUMNS} {which} columns are shown; the total is of all."
        if self.report.chart != "none" and self.row_lines:
            if self.report.column and len(self.columns) * len(self.whole) > MOST_SERIES:
                yield f"The chart shows the first {MOST_SERIES} columns, the table all."
            if self.report.chart != "line" and shown > MOST_BARS:
                yield f"The chart shows the first {MOST_BARS} groups, the table all."
        if self.has_currencies:
            yield "The amounts are in several currencies, which are never added: there is a line for each."
        if self.whole and not self._link([]):
            yield "The filter is too long for links: the figures lead to no rows."

    def _chart(self) -> dict[str, Any]:
        currencies = list(self.whole)
        return chart_data(self.report, self.row_lines, self.columns, self.by_key, currencies, self._point)

    def _point(self, line: Line) -> tuple[float | None, str]:
        first = self._measured(line)[0]
        return (None if first.value is None else float(first.value)), first.url


def _placed(one: Grouping, value: Any) -> tuple[Any, ...]:
    return one.place(value)


def _share(value: Any, whole: Any) -> float | None:
    return float(Decimal(str(value)) / Decimal(str(whole))) if value is not None and whole else None


def as_in_file(value: Any) -> Any:
    """A figure for a file: numbers as numbers, groups as texts."""
    if isinstance(value, float):
        return Decimal(str(round(value, 6)))
    return "" if value is None else value.isoformat() if isinstance(value, dt.date) else value
