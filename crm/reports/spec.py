"""What an app says of reports: which of its lists can be reported on, and the ready ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ReadyReport:
    """A report that comes with the product; `sentence` says what it answers.

    `subject` is the label of a list (`orders.order`); the rest is said as `crm.reports.definitions` reads it: `rows`
    and `column` are `name` or `name:by` (`ordered_on:month`), `measures` are `count`, `sum:amount`, `distinct:contact`,
    `where` is a filter tree. `roles` narrows who is offered it; nobody gets more by it than their rights give.
    """

    name: str
    label: str
    sentence: str
    area: str
    subject: str
    rows: tuple[str, ...] = ()
    column: str = ""
    measures: tuple[str, ...] = ("count",)
    where: Mapping[str, Any] | None = None
    sort: str = ""
    limit: int = 0
    chart: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class AppReports:
    """`lists` are the url names of the list pages of an app that reports are made of."""

    lists: tuple[str, ...] = ()
    ready: tuple[ReadyReport, ...] = field(default_factory=tuple)
