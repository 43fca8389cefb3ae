"""What a report asks, as flat words: the same in an address, in a saved report and in a ready one.

    subject=orders.order  row1=ordered_on row1_by=month  row2=  column=channel  measure1=sum:amount measure2=count
    sort=-m1  limit=50  chart=bar  filter=(a filter tree)  q=(search words)

Read here is only its shape; `crm.reports.reading` holds it against what a person may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from crm.filtering.trees.keeping import read_asked, short_text
from crm.filtering.trees.nodes import TreeProblem, as_data, as_text, tree_of
from crm.reports.spec import ReadyReport

CHARTS = (("bar", "Bars"), ("stacked", "Stacked bars"), ("line", "Line"), ("none", "No chart"))
LIMITS = (10, 25, 50, 100, 250, 500)
USUAL_LIMIT = 50
MOST_MEASURES = 4
GROUPS = ("row1", "row2", "column")
MEASURES = tuple(f"measure{place}" for place in range(1, MOST_MEASURES + 1))
NAMES = (
    *("subject", "row1", "row1_by", "row2", "row2_by", "column", "column_by"),
    *MEASURES,
    *("sort", "limit", "chart", "filter", "q"),
)
LONGEST_WORD, LONGEST_FILTER = 200, 20_000


@dataclass(frozen=True)
class Asked:
    """A field to group by, and in what steps (`month`, `100`); `by` is empty where there are none."""

    name: str
    by: str = ""


@dataclass(frozen=True)
class Definition:
    """A report as it is asked; `filter` is a tree as an address holds it, `measures` are words."""

    subject: str = ""
    rows: tuple[Asked, ...] = ()
    column: Asked | None = None
    measures: tuple[str, ...] = ("count",)
    sort: str = ""
    limit: int = USUAL_LIMIT
    chart: str = ""
    filter: str = ""
    words: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """The words of an address, without those that are as usual."""
        said: dict[str, str] = {"subject": self.subject}
        for place, one in enumerate(self.rows, start=1):
            said |= {f"row{place}": one.name, f"row{place}_by": one.by}
        if self.column:
            said |= {"column": self.column.name, "column_by": self.column.by}
        said |= {f"measure{place}": one for place, one in enumerate(self.measures, start=1)}
        said |= {"sort": self.sort, "limit": "" if self.limit == USUAL_LIMIT else str(self.limit), "chart": self.chart}
        said |= {"filter": self.filter, "q": self.words}
        return {name: value for name, value in said.items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.parameters)

    def changed(self, **changes: Any) -> Definition:
        return replace(self, **changes)

    def as_data(self) -> dict[str, Any]:
        """As a saved report keeps it: the filter as a whole tree. Raises TreeProblem."""
        tree = read_asked(self.filter)
        return self.parameters | {"filter": as_data(tree)} if tree else self.parameters


def asked_by(parameters: Mapping[str, Any]) -> Definition:
    """What the words of an address ask; what is no word of ours is left out, a number that is none is as usual."""
    said = {name: str(parameters.get(name) or "")[:LONGEST_WORD].strip() for name in NAMES if name != "filter"}
    groups = {place: Asked(said[place], said[f"{place}_by"]) for place in GROUPS if said[place]}
    measures = tuple(dict.fromkeys(said[name] for name in MEASURES if said[name]))
    return Definition(
        subject=said["subject"],
        rows=tuple(groups[place] for place in ("row1", "row2") if place in groups),
        column=groups.get("column"),
        measures=measures or ("count",),
        sort=said["sort"],
        limit=int(said["limit"]) if said["limit"] in map(str, LIMITS) else USUAL_LIMIT,
        chart=said["chart"] if said["chart"] in dict(CHARTS) else "",
        filter=str(parameters.get("filter") or "")[: LONGEST_FILTER + 1],
        words=said["q"],
    )


def kept_as(data: Mapping[str, Any]) -> Definition:
    """What a saved report asks; a tree that cannot be read stays as it is, so that the page tells why."""
    try:
        tree = short_text(tree_of(data["filter"])) if data.get("filter") else ""
    except TreeProblem:
        tree = str(data["filter"])
    return asked_by({**data, "filter": tree})


def definition_of(ready: ReadyReport) -> Definition:
    """What a ready report asks."""
    names = [Asked(*one.split(":", 1)) for one in ready.rows]
    return Definition(
        subject=ready.subject,
        rows=tuple(names),
        column=Asked(*ready.column.split(":", 1)) if ready.column else None,
        measures=ready.measures,
        sort=ready.sort,
        limit=ready.limit or USUAL_LIMIT,
        chart=ready.chart,
        filter=as_text(tree_of(dict(ready.where))) if ready.where else "",
    )
