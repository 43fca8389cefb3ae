"""What is counted and summed: a measure as SQL, in words, and in whose money."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F

from crm.catalogue import fields_of
from crm.filtering.keyset import field_at
from crm.filtering.related import leads_to_many
from crm.reports.groupings import Grouping, offered_groupings

if TYPE_CHECKING:
    from crm.catalogue import FieldSpec
    from crm.filtering.trees.asking import TreeList

# what each does with the values of a group, as SQL over the column that stands in the braces
FUNCTIONS: dict[str, tuple[str, str]] = {
    "count": ("Number", "count(*)"),
    "share": ("Share of the number", "count(*)"),
    "sum": ("Sum", "sum({})"),
    "part": ("Share of the sum", "sum({})"),
    "avg": ("Average", "avg({})"),
    "median": ("Median", "percentile_cont(0.5) WITHIN GROUP (ORDER BY {}::double precision)"),
    "min": ("Smallest", "min({})"),
    "max": ("Largest", "max({})"),
    "distinct": ("Different", "count(DISTINCT {})"),
    "yes": ("Share of yes", "avg(({})::text::boolean::int)"),
}
OF_NUMBERS = ("sum", "avg", "median", "min", "max", "part")
COUNTS = ("count", "distinct")
MONEY_NAME = re.compile(r"(^|_)(amount|cost|price)$")
CURRENCY, CONVERTED = "currency", "base_"
NUMERIC = (models.IntegerField, models.DecimalField, models.FloatField)
COUNTED = ("choice", "person", "team", "record", "text")


@dataclass(frozen=True)
class Measure:
    """One figure of each group.

    `value` is what is read of each row, as SQL (None: rows are counted); `currency` is the path of the currency that
    its money is in, empty for the company's.
    """

    word: str
    function: str
    spec: FieldSpec | None = None
    is_money: bool = False
    currency: str = ""
    value: Any = None

    @property
    def label(self) -> str:
        if self.spec is None:
            return FUNCTIONS[self.function][0]
        if self.function == "distinct":
            return f"Different: {self.spec.label}"
        if self.function == "part":
            return f"{self.spec.label}, share"
        return f"{self.spec.label}, {FUNCTIONS[self.function][0].lower()}"

    @property
    def kind(self) -> str:
        """How its figure is read: number, money or share."""
        if self.is_share or self.function == "yes":
            return "share"
        return "money" if self.is_money and self.function not in COUNTS else "number"

    @property
    def is_share(self) -> bool:
        return self.function in ("share", "part")

    @property
    def sql(self) -> str:
        return FUNCTIONS[self.function][1]


def offered_measures(trees: TreeList) -> dict[str, Measure]:
    """All measures of a list that this person may ask for, by word, in the order in which they are offered."""
    found = {word: Measure(word, word) for word in ("count", "share")}
    for spec in fields_of(trees.label):
        if spec.name in trees.hidden or not _is_figure(spec, trees):
            continue
        currency = currency_of(spec, trees)
        if currency is None:
            continue
        is_money = spec.kind == "money" or bool(currency)
        value = spec.grouped if spec.grouped is not None else F(spec.path)
        for function in OF_NUMBERS:
            word = f"{function}:{spec.name}"
            found[word] = Measure(word, function, spec, is_money, currency, value)
    for spec in offered_groupings(trees).values():
        if spec.kind in COUNTED:
            word = f"distinct:{spec.name}"
            found[word] = Measure(word, "distinct", spec, value=Grouping(spec, trees).plain)
        elif spec.kind == "flag":  # of the rows that say yes or no
            found[f"yes:{spec.name}"] = Measure(f"yes:{spec.name}", "yes", spec, value=Grouping(spec, trees).plain)
    return found


def _is_figure(spec: FieldSpec, trees: TreeList) -> bool:
    """Whether the database can tell a number of each row."""
    if spec.kind not in ("number", "money") or spec.total is not None or spec.path in ("pk", "id"):
        return False
    if spec.grouped is not None:
        return True
    if spec.value or spec.along or spec.compare or spec.condition or leads_to_many(trees.model, spec.path):
        return False
    held = _field(spec, trees)
    return isinstance(held, NUMERIC) and not isinstance(held, ArrayField)


def currency_of(spec: FieldSpec, trees: TreeList) -> str | None:
    """The path of the currency that a figure is in: of the field `currency` beside it. Empty for plain numbers and for
    what is in the company's currency; None where the person may not know the currency, so that nothing could be said.
    """
    before, _, name = spec.path.rpartition("__")
    is_amount = spec.kind == "money" or bool(MONEY_NAME.search(name))
    if not is_amount or spec.grouped is not None or name.startswith(CONVERTED):
        return ""
    path = spec.currency or (f"{before}__{CURRENCY}" if before else CURRENCY)
    try:
        field_at(trees.model, path)
    except FieldDoesNotExist:
        return ""
    beside = next((one for one in fields_of(trees.label) if one.path == path), None)
    return None if beside is None or beside.name not in trees.specs else path


def _field(spec: FieldSpec, trees: TreeList) -> Any:
    try:
        held: Any = field_at(trees.model, spec.path)
    except FieldDoesNotExist:
        return None
    return held.output_field if isinstance(held, models.GeneratedField) else held
