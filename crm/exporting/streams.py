"""Rows out of the database, a chunk at a time, of one moment: a server-side cursor in a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable

from crm.company import current_company
from crm.customfields.exporting import custom_columns
from crm.exporting.taken import contact_paths, followed_by
from crm.field_rights import hidden_fields

if TYPE_CHECKING:
    from crm.catalogue import ExportKind
    from crm.models import User

CHUNK = 2_000


class CannotExport(Exception):
    """The table cannot be given as asked; the message is a sentence for the person who asked."""


def refuse_unknown(columns: Sequence[str], known: Sequence[str]) -> None:
    """Raise CannotExport, naming the columns there are, for one that is not among them."""
    for name in columns:
        if name not in known:
            raise CannotExport(f"There is no column “{name[:60]}”. The columns are: {', '.join(known)}.")


def shown_columns(kind: ExportKind, user: User | None) -> list[str]:
    """The columns of a kind that are not hidden from this person, then its custom fields by key."""
    models = [apps.get_model(label) for label in (kind.model, *kind.stored)]
    hidden = frozenset().union(*(hidden_fields(user, model) for model in models))
    shipped = [name for name in kind.columns if name not in hidden]
    if not kind.has_custom_fields:
        return shipped
    custom = custom_columns(kind.model, kind.columns).items()
    return [*shipped, *(name for name, one in custom if one.name not in hidden)]


@contextmanager
def reading_all() -> Iterator[None]:
    """A transaction whose server-side cursors are planned for all of their rows, not for the first of them. The first
    piece may need all rows sorted: it has minutes where a page has seconds."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL cursor_tuple_fraction = 1; SET LOCAL statement_timeout = '5min'")
        yield


def stream_rows(
    rows: QuerySet[Any], expressions: Mapping[str, str | Combinable], columns: Sequence[str]
) -> Iterator[list[Any]]:
    """The asked columns of each row, in the asked order; memory stays the same for any number of rows."""
    taken = followed_by()
    paths = contact_paths(rows.model) if taken else ()
    asked = [*(expressions[name] for name in columns), *map(F, paths)]
    with reading_all():
        left: Iterator[Sequence[Any]] = rows.values_list(*asked).iterator(chunk_size=CHUNK)
        if taken and paths:
            left = taken.passing(left, len(paths))
        while some := list(islice(left, CHUNK)):
            yield from map(list, zip(*map(_written, zip(*some, strict=True)), strict=True))


def in_company_time(rows: Iterator[list[Any]], columns: Sequence[str], *moments: str) -> Iterator[list[Any]]:
    """The rows with these columns as times of the company's zone, with its offset."""
    places = [place for place, name in enumerate(columns) if name in moments]
    zone = current_company().zone
    for row in rows:
        for place in places:
            row[place] = row[place] and row[place].astimezone(zone)
        yield row


def _written(column: Sequence[Any]) -> Iterable[Any]:
    """A column of some rows as a file has it: its values are all of one type, but for those that are missing."""
    sample = next((one for one in column if one is not None), None)
    if isinstance(sample, Decimal):
        return [one if one is None else one.normalize() for one in column]
    if isinstance(sample, list):
        return [one if one is None else ", ".join(one) for one in column]
    return column
