"""Columns: one definition for the screen, the sort and the export.

A column is made of a `FieldSpec`; `html(record)` is the cell on the screen, `plain(record)` its value in a file.
Cells are made in Python, not in a template: looking attributes up there is what makes a list slow.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from crm.catalogue import FieldSpec
from crm.templatetags import figures, pieces

NUMBERS = ("number", "money")
END = SafeString("</td>")


class Cell(NamedTuple):
    """One cell of a row: what it holds, and the whole `<td>`."""

    html: SafeString | str
    drawn: SafeString


@dataclass(frozen=True)
class Row:
    """One row: where a click leads, the record's id, and its cells in the order of the columns."""

    url: str
    pk: Any
    cells: tuple[Cell, ...]

    @property
    def drawn(self) -> SafeString:
        """All cells, ready for the page."""
        return format_html_join("", "{}", ((cell.drawn,) for cell in self.cells))


@dataclass
class Heading:
    """A column's head: `sorted` is empty, `asc` or `desc`."""

    name: str
    label: str
    align: str
    sort_url: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class Table:
    """What `components/_table.html` shows."""

    columns: Sequence[Heading]
    rows: Sequence[Row]


class Column:
    """A field of a record as a column; `currency` is that of money without one of its own. The cells of one that
    `is_editable` say by which name they are changed."""

    def __init__(self, spec: FieldSpec, currency: str = "", css: str = "", *, is_editable: bool = False) -> None:
        self.spec = spec
        self.name, self.label = spec.name, spec.label
        self.align = "num" if spec.kind in NUMBERS else ""
        self.css = f"{self.align} {css}".strip()
        self.currency = currency
        self.is_editable = is_editable
        self._steps = tuple(spec.path.split("__"))

    def raw(self, record: models.Model) -> Any:
        """The value at the spec's path, None where a step is missing."""
        value: Any = record
        for step in self._steps:
            try:
                value = getattr(value, step)
            except ObjectDoesNotExist:
                return None
            if value is None:
                return None
        return value

    def plain(self, record: models.Model) -> Any:
        """The value as a file shows it: a text, a number or a date; empty where there is none."""
        value = self.spec.value(record) if self.spec.value else self.raw(record)
        if isinstance(value, (list, tuple)):
            return ", ".join(str(part) for part in value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "" if value is None else value

    def html(self, record: models.Model) -> SafeString | str:
        """The cell on the screen."""
        if self.spec.cell:
            return conditional_escape(self.spec.cell(record))
        value = self.spec.value(record) if self.spec.value else self.raw(record)
        return self._draw(value)

    def cell(self, record: models.Model) -> Cell:
        html = self.html(record)
        return Cell(html, self._start + conditional_escape(html) + END)

    def leading_cell(self, record: models.Model, url: str) -> Cell:
        """The cell that names the row; it leads to `url`, where there is one."""
        html = self.html(record)
        shown = conditional_escape(html)
        link = format_html('<a href="{}">{}</a>', url, shown) if url else shown
        return Cell(html, self._leading_start + link + END)

    @cached_property
    def _start(self) -> SafeString:
        edit = format_html(' data-cell="{}"', self.name) if self.is_editable else ""
        return format_html('<td class="{}" data-label="{}"{}>', self.css, self.label, edit)

    @cached_property
    def _leading_start(self) -> SafeString:
        return format_html('<td class="{} cell-primary" data-label="{}">', self.css, self.label)

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {str(value): label for value, label in self.spec.choices()} if self.spec.choices else {}

    @cached_property
    def _draw(self) -> Callable[[Any], SafeString | str]:
        if self.spec.kind == "money":
            return lambda value: figures.whole_money(value, self.currency)
        if self.spec.kind in ("choice", "listed"):
            return self._draw_choice
        return DRAWINGS.get(self.spec.kind, draw_text)

    def _draw_choice(self, value: Any) -> SafeString | str:
        if isinstance(value, (list, tuple)):
            return ", ".join(self._labels.get(str(part), str(part)) for part in value) or figures.NOTHING
        return draw_text(self._labels.get(str(value), value))


def draw_text(value: Any) -> str:
    return figures.NOTHING if value is None or value == "" else conditional_escape(value)


def draw_tags(value: Iterable[str] | None) -> SafeString | str:
    return format_html_join(" ", "{}", ((pieces.pill(tag),) for tag in value or ())) or figures.NOTHING


def draw_flag(value: Any) -> str:
    return figures.NOTHING if value is None else figures.translated("yes" if value else "no")


def draw_date(value: dt.date | dt.datetime | None) -> str:
    return figures.relative_day(value)


DRAWINGS: dict[str, Callable[[Any], SafeString | str]] = {
    "number": figures.number,
    "date": draw_date,
    "flag": draw_flag,
    "moment": figures.relative_time,
    "person": pieces.person,
    "tags": draw_tags,
}


def make_rows(columns: Sequence[Column], records: Iterable[models.Model]) -> list[Row]:
    """The rows of a page; a record without an address of its own leads nowhere."""
    return [_row(columns, record, _url_of(record)) for record in records]


def _row(columns: Sequence[Column], record: models.Model, url: str) -> Row:
    first, *others = columns
    return Row(url, record.pk, (first.leading_cell(record, url), *[column.cell(record) for column in others]))


def _url_of(record: models.Model) -> str:
    address: Callable[[], str] | None = getattr(record, "get_absolute_url", None)
    return address() if address else ""
