"""The builder of a report as its template draws it: a form whose words are those of the address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm.reports.definitions import CHARTS, LIMITS, MOST_MEASURES, Asked
from crm.reports.groupings import Grouping
from crm.reports.measures import FUNCTIONS

if TYPE_CHECKING:
    from crm.reports.reading import Report

Option = tuple[str, str, bool]
Options = Sequence[tuple[str, Sequence[Option]]]


@dataclass(frozen=True)
class Choice:
    """A select of the builder: its name in the address, its label, its options by group, and, where it has steps, the
    select of these."""

    name: str
    label: str
    options: Options
    step: Choice | None = None


@dataclass(frozen=True)
class Builder:
    """What can be asked, with what is asked chosen."""

    report: Report
    path: str

    @property
    def subjects(self) -> Sequence[Option]:
        asked = self.report.definition.subject
        return [(label, one.heading, label == asked) for label, one in self.report.subjects.items()]

    @property
    def groups(self) -> list[Choice]:
        """Where the rows and columns come from; the second row once there is a first one."""
        rows = list(self.report.definition.rows)
        labels = [("row1", "Rows"), ("row2", "and within them")]
        found = [
            self._group(name, label, rows[place] if place < len(rows) else None)
            for place, (name, label) in enumerate(labels)
            if place <= len(rows)
        ]
        return [*found, self._group("column", "Columns", self.report.definition.column)]

    @property
    def measures(self) -> list[Choice]:
        """The figures that are asked for, and room for one more."""
        words = [*self.report.definition.measures, ""][:MOST_MEASURES]
        return [
            Choice(f"measure{place}", "Figures" if place == 1 else "and", self._measures(word, is_first=place == 1))
            for place, word in enumerate(words, start=1)
        ]

    @property
    def charts(self) -> Sequence[Option]:
        return [("", "As it fits", not self.report.definition.chart), *_chosen(CHARTS, self.report.definition.chart)]

    @property
    def limits(self) -> Sequence[Option]:
        limits = [(str(one), str(one)) for one in LIMITS]
        return _chosen(limits, str(self.report.definition.limit))

    @property
    def sorts(self) -> Sequence[Option]:
        """The ways to put the rows in order."""
        pairs = [("", "As it fits"), ("key", "By the groups")]
        for place, one in enumerate(self.report.measures, start=1):
            pairs += [(f"-m{place}", f"{one.label}, largest first"), (f"m{place}", f"{one.label}, smallest first")]
        return _chosen(pairs, self.report.definition.sort)

    def _group(self, name: str, label: str, asked: Asked | None) -> Choice:
        by_group: dict[str, list[Option]] = {}
        for one in self.report.groupings.values():
            is_chosen = asked is not None and asked.name == one.name
            by_group.setdefault(one.group, []).append((one.name, one.label, is_chosen))
        options = [("", [("", "–", asked is None)]), *by_group.items()]
        spec = self.report.groupings.get(asked.name) if asked else None
        grouping = Grouping(spec, self.report.trees, asked.by) if spec and asked else None
        step = None
        if grouping is not None and grouping.steps:
            steps = _chosen(grouping.steps, grouping.by)
            step = Choice(f"{name}_by", f"{label}: in what steps", [("", steps)])
        return Choice(name, label, options, step)

    def _measures(self, chosen: str, *, is_first: bool) -> Options:
        by_group: dict[str, list[Option]] = {}
        for word, one in self.report.offered.items():
            group = "Rows" if one.spec is None else FUNCTIONS["distinct"][0] if one.function == "distinct" else ""
            label = one.spec.label if one.spec and one.function == "distinct" else one.label
            group = group or (one.spec.label if one.spec else "")
            by_group.setdefault(group, []).append((word, label, word == chosen))
        return list(by_group.items()) if is_first else [("", [("", "–", not chosen)]), *by_group.items()]


def _chosen(pairs: Iterable[tuple[str, str]], chosen: str) -> list[Option]:
    return [(value, label, value == chosen) for value, label in pairs]
