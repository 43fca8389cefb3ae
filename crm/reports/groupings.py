"""What rows can be grouped by: a field's value as SQL, in words, and as the condition that leads to its rows.

Only what the database can tell is offered, and only where a filter tree can ask for it: every figure is a link.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import DateField, DateTimeField, DecimalField, F, Func, TextField, Value
from django.db.models.functions import Cast, Floor, NullIf, Trunc

from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.company import current_company
from crm.field_rights import mask
from crm.filtering.related import leads_to_many
from crm.filtering.trees.days import FIRST, LAST, moved
from crm.filtering.trees.nodes import Condition, Group, Node, Not
from crm.filtering.trees.operators import LARGEST, NOBODY, Operand
from crm.reports.wording import band_in_words, period_in_words

if TYPE_CHECKING:
    from crm.catalogue import FieldSpec
    from crm.filtering.trees.asking import TreeList
    from crm.reports.definitions import Asked

PERIODS = ("day", "week", "month", "quarter", "year")
BANDS: tuple[str, ...] = (
    *("0.01", "0.05", "0.1", "0.5", "1", "2", "5", "10", "20", "50", "100", "200", "500"),
    *("1000", "2000", "5000", "10000", "50000", "100000", "1000000"),
)
NOTHING, UNSEEN = "–", "not yours to see"
EXACT = DecimalField(max_digits=1000, decimal_places=18)  # the largest that numeric(p, s) takes
LINKED = ("person", "team", "record")
FITTING: dict[str, tuple[type, ...]] = {
    "text": (models.CharField, models.UUIDField, models.TextField),
    "choice": (models.CharField, models.IntegerField, models.ForeignKey, models.TextField),
    "flag": (models.BooleanField,),
    "person": (models.ForeignKey,),
    "team": (models.ForeignKey,),
    "record": (models.ForeignKey,),
    "date": (models.DateField,),
    "moment": (models.DateField,),
    "number": (models.IntegerField, models.DecimalField, models.FloatField),
    "money": (models.IntegerField, models.DecimalField, models.FloatField),
}


def can_group(spec: FieldSpec, trees: TreeList) -> bool:
    """Whether a list can be grouped by a field that the person may ask for: one value a row, told by the database."""
    if spec.total is not None or spec.kind not in FITTING or spec.narrow:
        return False
    if spec.grouped is not None:
        return True
    if spec.compare or (spec.condition and spec.kind != "text") or leads_to_many(trees.model, spec.path):
        return False
    if spec.unseen and not _sees_all(spec, trees):
        return False
    held = _kept(Operand(spec, trees.model).field)
    if spec.kind == "text" and isinstance(held, models.TextField) and not spec.choices:
        return False  # what somebody wrote: each is a group of its own
    return isinstance(held, FITTING[spec.kind]) and not isinstance(held, ArrayField)


def _sees_all(spec: FieldSpec, trees: TreeList) -> bool:
    if trees.user is None:
        return True
    related: Any = trees.model._meta.get_field(spec.path.partition("__")[0]).related_model
    return scope_of(trees.user, related, Verb.VIEW) == Scope.ALL


def _kept(field: Any) -> Any:
    return field.output_field if isinstance(field, models.GeneratedField) else field


@dataclass
class Grouping:
    """One field that a report is grouped by, for one person. `labels` are read by `read_labels` after the rows."""

    spec: FieldSpec
    trees: TreeList
    by: str = ""
    labels: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        steps = [name for name, _ in self.steps]
        if self.by not in steps:
            self.by = self.usual_step if steps else ""

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def is_date(self) -> bool:
        return self.spec.kind in ("date", "moment")

    @property
    def is_number(self) -> bool:
        return self.spec.kind in ("number", "money")

    @property
    def label(self) -> str:
        return f"{self.spec.label}, by {self.by}" if self.is_date else self.spec.label

    @property
    def in_title(self) -> str:
        """As a title says it: `month (opened)`, `channel`."""
        small = self.spec.label[:1].lower() + self.spec.label[1:]
        return f"{self.by} ({small})" if self.is_date else small

    @cached_property
    def steps(self) -> Sequence[tuple[str, str]]:
        """In what steps its values can be put together: value and words."""
        if self.is_date:
            return [(one, f"by {one}") for one in PERIODS]
        if not self.is_number:
            return ()
        return [(one, f"in steps of {one}") for one in BANDS if not (self._is_whole and "." in one)]

    @property
    def usual_step(self) -> str:
        if self.is_date:
            return "month"
        return "1000" if self.spec.kind == "money" else "1" if self._is_whole else "0.1"

    @cached_property
    def _operand(self) -> Operand:
        return Operand(self.spec, self.trees.model)

    @property
    def _is_whole(self) -> bool:
        return self.spec.grouped is None and self._operand.is_whole

    @property
    def plain(self) -> Any:
        """The value itself as SQL, NULL where there is none."""
        if self.spec.grouped is not None:
            return self.spec.grouped
        if self._operand.is_text:
            return NullIf(F(self.spec.path), Value(""), output_field=TextField())
        return F(self.spec.path)

    @property
    def expression(self) -> Any:
        """The value that rows are put together by, as SQL."""
        if self.is_date:
            return self._period
        if self.is_number:
            width = Value(Decimal(self.by), output_field=EXACT)
            return Func(Floor(Cast(self.plain, EXACT) / width) * width, template="trim_scale(%(expressions)s)",
                        output_field=EXACT)  # fmt: skip
        return self.plain

    @property
    def _period(self) -> Any:
        if self.spec.grouped is None and self._operand.is_moment:
            moment = Cast(F(self.spec.path), DateTimeField())
            return Cast(Trunc(moment, self.by, tzinfo=current_company().zone, output_field=DateField()), DateField())
        day = Cast(self.plain, DateField())
        return day if self.by == "day" else Cast(Trunc(day, self.by, output_field=DateField()), DateField())

    def read_labels(self, values: Collection[Any]) -> None:
        """Find the words of these values: of choices by the catalogue, of records those that the person may see."""
        if self.spec.kind == "flag":
            self.labels = {"True": "yes", "False": "no", "true": "yes", "false": "no"}
        elif self.spec.choices and self.spec.kind not in LINKED:
            self.labels = {str(value): str(label) for value, label in self.spec.choices()}
        related = self._related
        missing = [one for one in values if one is not None and str(one) not in self.labels]
        if related is None or not missing:
            return
        rows: Any = related._default_manager.filter(pk__in=missing)
        seen = rows.visible_to(self.trees.user) if hasattr(rows, "visible_to") else rows
        for one in seen:
            mask(self.trees.user, one)
            self.labels[str(one.pk)] = str(one) or f"number {one.pk}"
        self.labels |= {str(one): UNSEEN for one in missing if str(one) not in self.labels}

    @property
    def _related(self) -> Any:
        held = self._operand.field if self.spec.grouped is None else None
        return held.related_model if isinstance(held, models.ForeignKey) else None

    def words(self, value: Any) -> str:
        """The group as a person reads it."""
        if value is None:
            return NOTHING
        if self.is_date:
            return period_in_words(value, self.by)
        if self.is_number:
            return band_in_words(Decimal(value), Decimal(self.by), is_whole=self._is_whole)
        return self.labels.get(str(value), str(value))

    def place(self, value: Any) -> tuple[Any, ...]:
        """Where the group stands among the others: by day, size, the order of the choices, or name; nothing last."""
        if value is None:
            return (1,)
        if self.is_date or self.is_number:
            return (0, value)
        if self.spec.choices and self.spec.kind == "choice" and str(value) in self.labels:
            return (0, 0, list(self.labels).index(str(value)))
        return (0, 1, self.words(value).casefold())

    def condition(self, value: Any) -> Node | None:
        """The rows of the group as a part of a filter tree; None for days and numbers that no filter can ask for."""
        name = self.spec.name
        if self.spec.kind == "flag":
            yes, no = Condition(name, "is", "yes"), Condition(name, "is", "no")
            return Not(Group("any", (yes, no))) if value is None else yes if str(value) in ("True", "true") else no
        if value is None:
            return Condition(name, "any", (NOBODY,)) if self.spec.kind == "person" else Condition(name, "empty")
        if self.is_date:
            last = self._last_day(value)
            return Condition(name, "between", (value.isoformat(), last.isoformat())) if last else None
        if self.is_number:
            low, high = Decimal(value), Decimal(value) + Decimal(self.by)
            if low < -LARGEST or high > LARGEST:
                return None
            return Group("all", (Condition(name, "at_least", f"{low:f}"), Condition(name, "under", f"{high:f}")))
        op = {"choice": "any", "person": "any", "team": "exactly", "record": "is", "text": "exactly"}[self.spec.kind]
        return Condition(name, op, (str(value),) if op == "any" or self.spec.kind == "team" else self._said(value))

    def _said(self, value: Any) -> Any:
        return int(value) if self.spec.kind == "record" else str(value)

    def _last_day(self, first: dt.date) -> dt.date | None:
        """The last day of a period; None where the period lies in part outside of what filters take."""
        if first < FIRST or first.year >= LAST.year:
            return None
        return first if self.by == "day" else moved(first, 1, self.by) - dt.timedelta(days=1)


def offered_groupings(trees: TreeList) -> dict[str, FieldSpec]:
    """The fields that this person can group the list by, in the order of the catalogue.

    A customer's name gives way to the customer: two of one name are two.
    """
    specs = {spec.name: spec for spec in trees.specs.values() if can_group(spec, trees)}
    linked = {spec.path for spec in specs.values() if spec.kind == "record"}
    return {name: spec for name, spec in specs.items() if spec.path.removesuffix("__name") not in linked - {spec.path}}


def grouping_of(asked: Asked, specs: dict[str, FieldSpec], trees: TreeList) -> Grouping | None:
    """The grouping that is asked for; None where this person has no such field."""
    spec = specs.get(asked.name)
    return Grouping(spec, trees, asked.by) if spec is not None else None
