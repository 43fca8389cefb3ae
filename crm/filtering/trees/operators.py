"""What can be asked of each kind of field: the operators, the values they take, the condition they mean.

A condition is made of a few comparisons with one `Operand`: a look-up path of the catalogue, or a custom field's own.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q

from crm.catalogue import FieldSpec
from crm.company import end_of_day
from crm.filtering.folding import folded, held
from crm.filtering.keyset import field_at
from crm.filtering.trees.days import Days, days_meant
from crm.filtering.trees.nodes import TreeProblem
from crm.models import User
from crm.primary_keys import key_in

ME, NOBODY = "me", "none"
LARGEST = 10**12
LONGEST_VALUE, LONGEST_EXACT, MOST_VALUES = 200, 1_000, 200
NEGATIVE = "not_"


@dataclass(frozen=True)
class Asking:
    """Who asks, and on which day of the company."""

    user: User | None
    today: dt.date


@dataclass(frozen=True)
class Operator:
    """`words` stand between the field and its value; `takes` says what the builder offers for the value."""

    name: str
    words: str
    takes: str = "text"


class Operand:
    """The left side of comparisons: the value at a path from the model, or what a custom field compares by."""

    def __init__(self, spec: FieldSpec, model: type[models.Model]) -> None:
        self.spec = spec
        self.field = _field(spec, model)
        self.is_list = isinstance(self.field, ArrayField)
        self.is_whole = isinstance(self.field, (models.IntegerField, models.AutoField))
        kept = self.field.output_field if isinstance(self.field, models.GeneratedField) else self.field
        self.is_text = isinstance(kept, (models.CharField, models.TextField))
        self.is_moment = isinstance(kept, models.DateTimeField)

    @property
    def related(self) -> type[models.Model]:
        """The model that a relation leads to."""
        field: Any = self.field
        related: type[models.Model] = field.remote_field.model
        return related

    def compare(self, look_up: str, value: Any) -> Q:
        """One comparison; `empty` and `filled` take no value."""
        if self.spec.compare:
            return self.spec.compare(look_up, value)
        if look_up == "empty":
            return self._empty()
        if look_up == "filled":
            return Q(**{f"{self.spec.path}__gt": ""} if self.is_text else {f"{self.spec.path}__isnull": False})
        if look_up in ("contains", "startswith", "same"):
            look_up = "" if look_up == "same" else f"__{look_up}"
            return Q(**{f"{self.spec.path}__fold{look_up}": folded(value)}) & held(self.spec.held_in, value)
        return Q(**{f"{self.spec.path}__{look_up}": value})

    def _empty(self) -> Q:
        missing = Q(**{f"{self.spec.path}__isnull": True})
        if self.is_list:
            return missing | Q(**{self.spec.path: []})
        return missing | Q(**{self.spec.path: ""}) if self.is_text else missing


def _field(spec: FieldSpec, model: type[models.Model]) -> models.Field[Any, Any] | None:
    try:
        return field_at(model, spec.path)
    except FieldDoesNotExist:
        return None


Meant = Callable[[str, Any, Operand, Asking], Q]

TEXT = (
    Operator("contains", "contains"),
    Operator("is", "is"),
    Operator("starts", "begins with"),
    Operator("not_contains", "does not contain"),
    Operator("not_is", "is not"),
    Operator("exactly", "is exactly"),
)
NUMBER = (
    Operator("over", "over", "number"),
    Operator("at_least", "at least", "number"),
    Operator("at_most", "at most", "number"),
    Operator("under", "under", "number"),
    Operator("is", "is", "number"),
    Operator("between", "between", "numbers"),
)
DATE = (
    Operator("in_last", "in the last", "span"),
    Operator("more_than_ago", "more than … ago", "span"),
    Operator("this", "this", "unit"),
    Operator("previous", "in the previous", "unit"),
    Operator("in_next", "in the next", "span"),
    Operator("from", "from", "day"),
    Operator("until", "up to", "day"),
    Operator("on", "on", "day"),
    Operator("between", "between", "days"),
)
CHOICE = (Operator("any", "is", "choices"), Operator("not_any", "is not", "choices"))
LISTED = (
    Operator("any", "has any of", "choices"),
    Operator("all", "has all of", "choices"),
    Operator("not_any", "has none of", "choices"),
)
TAGS = (
    Operator("any", "has any of", "texts"),
    Operator("all", "has all of", "texts"),
    Operator("not_any", "has none of", "texts"),
)
BELOW = (*CHOICE, Operator("exactly", "is itself", "choices"))
EMPTY = (Operator("empty", "is empty", "nothing"), Operator("not_empty", "is filled in", "nothing"))
FLAG = (Operator("is", "is", "flag"),)
STATE = (Operator("is", "is", "state"),)
IDENTITY = (Operator("is", "is", "number"),)
RECORD = (Operator("is", "is", "record"),)
LINK = (Operator("is", "is", "contact"), *EMPTY)
MARK = (Operator("is", "is", "mark"),)


def text_meant(op: str, value: Any, operand: Operand, asking: Asking) -> Q:
    if op == "exactly":
        return operand.compare("exact", exact_text_of(value))
    text = text_of(value)
    if op != "starts" and operand.spec.condition and not operand.spec.compare:
        return operand.spec.condition("", text)
    return operand.compare({"contains": "contains", "is": "same", "starts": "startswith"}[op], text)


def number_meant(op: str, value: Any, operand: Operand, asking: Asking) -> Q:
    """Bounds of whole numbers are rounded inwards."""
    if op == "between":
        if not isinstance(value, tuple) or len(value) != 2:
            raise TreeProblem("Between takes two numbers.")
        first = number_meant("at_least", value[0], operand, asking)
        return first & number_meant("at_most", value[1], operand, asking)
    number = number_of(value)
    if operand.is_whole:
        if op == "is" and number != number.to_integral_value():
            return Q(pk__in=[])
        number = Decimal(math.ceil(number) if op in ("at_least", "under") else math.floor(number))
    look_up = {"over": "gt", "at_least": "gte", "at_most": "lte", "under": "lt", "is": "exact"}[op]
    if not operand.is_whole:
        return operand.compare(look_up, number)
    # Django takes a bound below what a column can hold for "every row", those without a value too
    return operand.compare("isnull", False) & operand.compare(look_up, int(number))


def date_meant(op: str, value: Any, operand: Operand, asking: Asking) -> Q:
    return between_days(days_meant(op, value, asking.today), operand)


def between_days(days: Days, operand: Operand) -> Q:
    """Whether a day (or a moment of the company's days) lies between two days."""
    found = operand.compare("isnull", False) if days.first is None and days.last is None else Q()
    if days.first is not None:
        first: Any = end_of_day(days.first - dt.timedelta(days=1)) if operand.is_moment else days.first
        found &= operand.compare("gte", first)
    if days.last is not None:
        last: Any = end_of_day(days.last) if operand.is_moment else days.last
        found &= operand.compare("lt" if operand.is_moment else "lte", last)
    return found


def choice_meant(op: str, value: Any, operand: Operand, asking: Asking) -> Q:
    chosen: list[Any] = texts_of(value)
    if operand.is_list:
        return operand.compare("overlap" if op == "any" else "contains_all", chosen)
    if operand.field is not None and not operand.spec.compare:
        try:
            chosen = [operand.field.to_python(one) for one in chosen]
        except ValidationError as error:
            raise TreeProblem("That is none of the choices.") from error
    return operand.compare("in", chosen)


def listed_meant(op: str, value: Any, operand: Operand, asking: Asking) -> Q:
    look_up = "overlap" if op == "any" else "contains"
    return Q(**{f"{operand.spec.path}__{look_up}": texts_of(value)})


def person_meant(op: str, value: Any, operand: Operand, asking: Asking) -> Q:
    chosen = texts_of(value)
    keys = [key_of(one) for one in chosen if one not in (ME, NOBODY)]
    keys += [asking.user.pk] if ME in chosen and asking.user is not None else []
    found = operand.compare("in", keys)
    return found | operand.compare("isnull", True) if NOBODY in chosen else found


def team_meant(op: str, value: Any, operand: Operand, asking: Asking) -> Q:
    """Teams (or territories), each with those below it, or exactly these."""
    related: Any = operand.related
    if op == "exactly":
        return operand.compare("in", [key_of(one) for one in texts_of(value)])
    chosen = related.objects.filter(pk__in=[key_of(one) for one in texts_of(value)])
    return operand.compare("in", [pk for one in chosen for pk in one.subtree_ids()])


def flag_meant(op: str, value: Any, operand: Operand, asking: Asking) -> Q:
    if value not in ("yes", "no"):
        raise TreeProblem("It is `yes` or `no`.")
    return operand.compare("exact", value == "yes")


def state_meant(op: str, value: Any, operand: Operand, asking: Asking) -> Q:
    if value not in ("current", "archived", "all"):
        raise TreeProblem("A state is `current`, `archived` or `all`.")
    return ~Q(pk__in=[]) if value == "all" else operand.compare("isnull", value == "current")


def identity_meant(op: str, value: Any, operand: Operand, asking: Asking) -> Q:
    return operand.compare("exact", key_of(value))


def link_meant(op: str, value: Any, operand: Operand, asking: Asking) -> Q:
    if operand.spec.condition is None:
        raise TreeProblem("This field is no link.")
    return operand.spec.condition("", key_of(value))


def mark_meant(op: str, value: Any, operand: Operand, asking: Asking) -> Q:
    if operand.spec.mark is None:
        raise TreeProblem("This field is no mark.")
    try:
        found: Q = operand.spec.mark(text_of(value))
    except ValueError as error:
        raise TreeProblem(str(error)) from error
    return found


def text_of(value: Any) -> str:
    """A text that is not empty. Raises TreeProblem."""
    if not isinstance(value, str) or not value.strip():
        raise TreeProblem("A text is missing.")
    if len(value) > LONGEST_VALUE:
        raise TreeProblem(f"The text is longer than {LONGEST_VALUE} characters.")
    return value.strip()


def exact_text_of(value: Any) -> str:
    """A text with every sign as it is. Raises TreeProblem."""
    if not isinstance(value, str) or not value or len(value) > LONGEST_EXACT:
        raise TreeProblem(f"A text of 1 to {LONGEST_EXACT} characters is missing.")
    return value


def texts_of(value: Any) -> list[str]:
    """One or several texts (a number counts as its digits). Raises TreeProblem."""
    values: Sequence[Any] = value if isinstance(value, tuple) else (value,)
    if not values or len(values) > MOST_VALUES:
        raise TreeProblem(f"Name 1 to {MOST_VALUES} values.")
    return [str(one) if isinstance(one, int) and not isinstance(one, bool) else text_of(one) for one in values]


def number_of(value: Any) -> Decimal:
    """A number up to 10^12, also as a text. Raises TreeProblem."""
    is_number = isinstance(value, (int, float, str)) and not isinstance(value, bool) and len(str(value)) <= 30
    try:
        number = Decimal(str(value).strip()) if is_number else Decimal("NaN")
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite():
        raise TreeProblem("A number is missing.")
    if not -20 <= number.adjusted() <= 12 or abs(number) > LARGEST:
        raise TreeProblem(f"A number lies between -{LARGEST:,} and {LARGEST:,}.")
    return number


def key_of(value: Any) -> int:
    """The id of a record. Raises TreeProblem."""
    key = key_in(value)
    if key is None:
        raise TreeProblem("The number of a record is missing.")
    return key


KINDS: dict[str, tuple[tuple[Operator, ...], Meant]] = {
    "text": ((*TEXT, *EMPTY), text_meant),
    "number": ((*NUMBER, *EMPTY), number_meant),
    "money": ((*NUMBER, *EMPTY), number_meant),
    "date": ((*DATE, *EMPTY), date_meant),
    "moment": ((*DATE, *EMPTY), date_meant),
    "choice": ((*CHOICE, *EMPTY), choice_meant),
    "listed": ((*LISTED, *EMPTY), listed_meant),
    "tags": ((*TAGS, *EMPTY), listed_meant),
    "person": ((*CHOICE, *EMPTY), person_meant),
    "team": ((*BELOW, *EMPTY), team_meant),
    "flag": ((*FLAG, *EMPTY), flag_meant),
    "state": (STATE, state_meant),
    "id": (IDENTITY, identity_meant),
    "record": ((*RECORD, *EMPTY), identity_meant),
    "link": (LINK, link_meant),
    "mark": (MARK, mark_meant),
}


def operators_of(spec: FieldSpec) -> tuple[Operator, ...]:
    """What can be asked of a field, the sensible one first."""
    if spec.total is not None:
        return NUMBER if spec.total.measure in ("count", "sum") else (*DATE, *EMPTY)
    return KINDS[spec.kind][0] if spec.kind in KINDS else ()
