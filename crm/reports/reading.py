"""A report held against what one person may see: what is wrong with it, what can be asked, the answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DataError

from crm.choices import Verb
from crm.filtering.patience import OutOfPatience
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import Node
from crm.reports.asking import Answer, Question, ask
from crm.reports.definitions import Asked, Definition
from crm.reports.groupings import Grouping, grouping_of, offered_groupings
from crm.reports.measures import Measure, offered_measures
from crm.reports.subjects import Subject, subjects_for

if TYPE_CHECKING:
    from crm.catalogue import FieldSpec
    from crm.models import User

GONE = "This report is about a list that is not here for you: it is gone, or you may not open it."
TOO_LONG = (
    "This report takes longer than {seconds} seconds, so it was stopped. Ask for less: filter to a shorter time or "
    "fewer records, take the median or “different” figures away, or group by fewer fields."
)
UNREADABLE = "A value of these records cannot be read as a number or a day: take its field away, or filter it out."


@dataclass
class Report:
    """A definition as one person reads it. `problems` are sentences; a report with problems shows nothing."""

    definition: Definition
    user: User

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        return subjects_for(self.user)

    @cached_property
    def subject(self) -> Subject | None:
        return self.subjects.get(self.definition.subject)

    @cached_property
    def trees(self) -> TreeList:
        """The fields of the list; only to be asked for where there is a subject."""
        if self.subject is None:
            raise LookupError(GONE)
        return self.subject.trees(self.user)

    @cached_property
    def groupings(self) -> dict[str, FieldSpec]:
        """What this person can group by, by name."""
        return offered_groupings(self.trees) if self.subject else {}

    @cached_property
    def offered(self) -> dict[str, Measure]:
        """What this person can have counted and summed, by word."""
        return offered_measures(self.trees) if self.subject else {}

    @cached_property
    def page(self) -> Any:
        """The list with the filter of the report."""
        if self.subject is None:
            raise LookupError(GONE)
        return self.subject.page(self.user, self.definition.filter, self.definition.words)

    @property
    def first_rows(self) -> tuple[Asked, ...]:
        """What a report of this list begins with: its first choice."""
        return next(((Asked(name),) for name, spec in self.groupings.items() if spec.kind == "choice"), ())

    @cached_property
    def rows(self) -> list[Grouping]:
        return [one for asked in self.definition.rows if (one := self._grouping(asked))]

    @cached_property
    def column(self) -> Grouping | None:
        return self._grouping(self.definition.column) if self.definition.column else None

    @cached_property
    def measures(self) -> list[Measure]:
        return [self.offered[word] for word in self.definition.measures if word in self.offered]

    def _grouping(self, asked: Asked) -> Grouping | None:
        return grouping_of(asked, self.groupings, self.trees)

    @cached_property
    def problems(self) -> list[str]:
        if self.subject is None:
            return [GONE]
        asked = [*self.definition.rows, *([self.definition.column] if self.definition.column else [])]
        missing = [one.name for one in asked if one.name not in self.groupings]
        missing += [word.partition(":")[2] or word for word in self.definition.measures if word not in self.offered]
        found = [
            f"This report asks for “{name[:60]}”, which is not here for you: the field is gone, hidden from you, or "
            "cannot be used like this."
            for name in dict.fromkeys(missing)
        ]
        if len({one.currency for one in self.measures if one.currency}) > 1:
            found.append("These figures are in the currencies of different records: ask for them one by one.")
        return [*found, *self.page.listing.problems]

    @property
    def node(self) -> Node | None:
        """The filter as a tree."""
        node: Node | None = self.page.listing.tree.node
        return node

    @property
    def currency(self) -> str:
        return next((one.currency for one in self.measures if one.currency), "")

    @property
    def sort(self) -> str:
        """By what the rows are put in order: `key`, or a figure (`-m1`: the largest first). By themselves, unless said:
        days, steps of numbers, and where there are two; else the largest figure first."""
        word = self.definition.sort
        figures = [f"{sign}m{place}" for sign in ("", "-") for place in range(1, len(self.measures) + 1)]
        if word in ("key", *figures):
            return word
        is_in_order = len(self.rows) > 1 or any(one.is_date or one.is_number for one in self.rows)
        return "key" if is_in_order or not self.rows else "-m1"

    @property
    def chart(self) -> str:
        """The chart that is asked for, or the one that fits: a line over time, bars else."""
        if self.definition.chart:
            return self.definition.chart
        if self.rows and self.rows[0].is_date:
            return "line"
        return "stacked" if self.column else "bar"

    def matching(self, verb: str = Verb.VIEW) -> Any:
        """The rows that match, of those on which the person may do this."""
        rows = self.page.listing.matching
        return rows if verb == Verb.VIEW else rows.visible_to(self.user, verb)

    def ask(self, verb: str = Verb.VIEW) -> Answer:
        """The answer; `problems` says what stopped it, where it took too long or met what is no number."""
        if self.problems:
            return Answer()
        milliseconds: int = settings.CRM_REPORT_MILLISECONDS
        limit, sort = self.definition.limit, self.sort
        question = Question(self.rows, self.column, self.measures, self.currency, sort, limit, milliseconds)
        try:
            return ask(self.matching(verb), question)
        except OutOfPatience:
            self.problems.append(TOO_LONG.format(seconds=f"{milliseconds / 1000:g}"))
            return Answer()
        except DataError:
            self.problems.append(UNREADABLE)
            return Answer()

    @cached_property
    def title(self) -> str:
        """What it shows, in words: `Orders by month and channel`."""
        if self.subject is None:
            return "Report"
        said = [one.in_title for one in (*self.rows, *([self.column] if self.column else []))]
        return f"{self.subject.heading}{' by ' if said else ''}{' and '.join(said)}"
