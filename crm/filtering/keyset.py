"""Pages by key: the next page begins after the value and the id of the last row, so that a deep page costs what the
first one does. Rows without a value come last in both directions.

The key in an address is signed together with the name of the sort: it can be neither made up nor used for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan

SALT = "crm.list.key"


class BadKey(ValueError):
    """A page key that this list did not give out."""


@dataclass(frozen=True)
class Sort:
    """An order of rows: by the value at `path`, then by id in the same direction."""

    name: str
    path: str
    is_descending: bool = False

    @property
    def word(self) -> str:
        """As it stands in the address: `-revenue`."""
        return f"-{self.name}" if self.is_descending else self.name

    def position_of(self, record: Any) -> Position:
        """Where the page after this record begins."""
        return Position(value_at(record, self.path), record.pk)


@dataclass(frozen=True)
class Position:
    """Where a page begins: after the row with this value and id."""

    value: Any
    pk: int


@dataclass(frozen=True)
class Page:
    """Rows of one page, and whether there are more before and after it."""

    records: list[Any]
    has_previous: bool
    has_next: bool


def field_at(model: type[models.Model], path: str) -> models.Field[Any, Any]:
    """The field that a look-up path ends at."""
    *relations, name = path.split("__")
    for relation in relations:
        related = model._meta.get_field(relation).related_model
        if not isinstance(related, type):
            raise FieldDoesNotExist(f"{path} leads through no relation of {model._meta.label}")
        model = related
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise FieldDoesNotExist(f"{path} ends at no field")
    return field


def value_at(record: Any, path: str) -> Any:
    """The value at a look-up path of a record, None where a step is missing."""
    for step in path.split("__"):
        try:
            record = getattr(record, step)
        except ObjectDoesNotExist:
            return None
        if record is None:
            return None
    return record


def write_key(sort: Sort, record: Any) -> str:
    """The signed key of a row."""
    value = value_at(record, sort.path)
    text = (
        None if value is None else field_at(type(record), sort.path).value_to_string(cast(models.Model, _Holder(value)))
    )
    return signing.Signer(salt=SALT).sign_object([sort.word, text, record.pk])


class _Holder:
    """Lets a field write a value that is not its own record's."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __getattr__(self, name: str) -> Any:
        return self.value


def read_key(model: type[models.Model], sort: Sort, key: str) -> Position:
    """The position that a key stands for. Raises `BadKey` for one that was not given out for this sort."""
    try:
        word, text, pk = signing.Signer(salt=SALT).unsign_object(key)
        if word != sort.word:
            raise BadKey("That page belongs to another order of the rows.")
        value = None if text is None else field_at(model, sort.path).to_python(text)
        return Position(value, int(pk))
    except (signing.BadSignature, ValueError, TypeError, ValidationError) as error:
        raise BadKey("That link to a further page is not valid.") from error


def read_page(
    rows: QuerySet[Any], sort: Sort, limit: int, after: Position | None = None, before: Position | None = None
) -> Page:
    """One page of at most `limit` rows after (or before) a position; the first page without one.

    The rows with a value and those without are read apart: so an index on the value serves the order even where the
    value is in another table, and the second read happens only on the last pages.
    """
    if before is None:
        found = _read(rows, sort, limit + 1, after, is_backwards=False)
        return Page(found[:limit], has_previous=after is not None, has_next=len(found) > limit)
    found = _read(rows, sort, limit + 1, before, is_backwards=True)
    if len(found) <= limit:
        return read_page(rows, sort, limit)
    return Page(found[:limit][::-1], has_previous=True, has_next=True)


def in_order(rows: QuerySet[Any], sort: Sort) -> list[QuerySet[Any]]:
    """All rows in the order of the list: those with a value, then those without."""
    found = [_part(rows, sort, None, sort.is_descending)]
    return (
        [*found, _empty_part(rows, sort, None, sort.is_descending)] if _may_be_empty(rows.model, sort.path) else found
    )


def _read(rows: QuerySet[Any], sort: Sort, limit: int, start: Position | None, *, is_backwards: bool) -> list[Any]:
    """Rows in the order of the list (or its reverse) from a position on."""
    is_falling = sort.is_descending != is_backwards
    parts = [False, True] if _may_be_empty(rows.model, sort.path) else [False]
    found: list[Any] = []
    for is_empty_part in reversed(parts) if is_backwards else parts:
        if start is not None and _is_passed(start, is_empty_part, is_backwards=is_backwards):
            continue
        here = start if start is not None and (start.value is None) == is_empty_part else None
        part = _empty_part(rows, sort, here, is_falling) if is_empty_part else _part(rows, sort, here, is_falling)
        found += part[: limit - len(found)]
        if len(found) >= limit:
            break
    return found


def _is_passed(start: Position, is_empty_part: bool, *, is_backwards: bool) -> bool:
    """Whether the position lies beyond this part already."""
    is_in_empty_part = start.value is None
    return is_empty_part and not is_in_empty_part if is_backwards else is_in_empty_part and not is_empty_part


def _part(rows: QuerySet[Any], sort: Sort, start: Position | None, is_falling: bool) -> QuerySet[Any]:
    sign = "-" if is_falling else ""
    if _may_be_empty(rows.model, sort.path):
        rows = rows.filter(**{f"{sort.path}__isnull": False})
    if start is not None:
        field = field_at(rows.model, sort.path)
        bound = "lte" if is_falling else "gte"
        compare = LessThan if is_falling else GreaterThan
        left = Func(F(sort.path), F("pk"), function="ROW", output_field=models.BooleanField())
        right = Func(Value(start.value, field), Value(start.pk), function="ROW", output_field=models.BooleanField())
        rows = rows.filter(Q(**{f"{sort.path}__{bound}": start.value}), compare(left, right))
    return rows.order_by(f"{sign}{sort.path}", f"{sign}pk")


def _empty_part(rows: QuerySet[Any], sort: Sort, start: Position | None, is_falling: bool) -> QuerySet[Any]:
    rows = rows.filter(**{f"{sort.path}__isnull": True})
    if start is not None:
        rows = rows.filter(**{"pk__lt" if is_falling else "pk__gt": start.pk})
    return rows.order_by("-pk" if is_falling else "pk")


def _may_be_empty(model: type[models.Model], path: str) -> bool:
    """Whether a row can be without a value: the field is nullable or a relation on the way may be missing."""
    return "__" in path or field_at(model, path).null
