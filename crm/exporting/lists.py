"""All rows of a list as lines of a file, some thousand at a time: memory stays the same for any number of rows.

What the database can tell is read as values: making records of a million rows takes several times as long. Where one
of the shown columns can only be told by its record, all are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, TextField, Value
from django.db.models.functions import Coalesce, NullIf

from crm.access import scope_of
from crm.choices import Scope, Verb
from crm.exporting.streams import reading_all
from crm.exporting.taken import Taken, contact_paths
from crm.filtering.keyset import Position, field_at, in_order, read_page

if TYPE_CHECKING:
    from django.db.models import Model
    from django.db.models.expressions import Combinable

    from crm.catalogue import FieldSpec
    from crm.filtering.listings import Listing
    from crm.models import User

CHUNK = 5_000


def lines_of(listing: Listing, user: User, taken: Taken) -> Iterator[Sequence[Any]]:
    """The headings, then a line for each row that matches, in the order of the list; `taken` notes of whom they are."""
    model = listing.matching.model
    yield [column.label for column in listing.columns]
    told = [told_by_database(column.spec, model, user) for column in listing.columns]
    known, paths = [one for one in told if one is not None], contact_paths(model)
    by_records = len(known) < len(told)
    rows = _by_records(listing, paths) if by_records else _by_values(listing, [*known, *paths])
    yield from taken.passing(rows, len(paths)) if paths else rows


def told_by_database(spec: FieldSpec, model: type[Model], user: User) -> str | Combinable | None:
    """The path or the expression that gives what a column holds in a file; None where only a record can tell it."""
    if spec.unseen and any(not _sees_all(user, model, name) for name in spec.select):
        return None
    if spec.in_file is not None:
        return spec.in_file
    if spec.value or spec.along or spec.prefetch:
        return None
    if spec.kind == "person":  # as `User.__str__` says it
        name = NullIf(F(f"{spec.path}__name"), Value(""))
        return Coalesce(name, F(f"{spec.path}__email"), output_field=TextField())
    if spec.kind == "team":
        return f"{spec.path}__name"
    try:
        return spec.path if not field_at(model, spec.path).is_relation else None
    except FieldDoesNotExist:
        return None


def _sees_all(user: User, model: type[Model], name: str) -> bool:
    related: Any = model._meta.get_field(name).related_model
    return scope_of(user, related, Verb.VIEW) == Scope.ALL


def _by_values(listing: Listing, told: Sequence[str | Combinable]) -> Iterator[Sequence[Any]]:
    with reading_all():
        for part in in_order(listing.matching.values_list(*told), listing.sort):
            yield from part.iterator(chunk_size=CHUNK)


def _by_records(listing: Listing, paths: Sequence[str]) -> Iterator[Sequence[Any]]:
    """`paths` lead to last cells."""
    position: Position | None = None
    while True:
        page = read_page(listing.with_relations, listing.sort, CHUNK, after=position)
        listing.veil(page.records)
        named = _named_by(page.records, paths)
        for record in page.records:
            yield [*(column.plain(record) for column in listing.columns), *named(record)]
        if not page.has_next:
            return
        position = listing.sort.position_of(page.records[-1])


def _named_by(records: Sequence[Model], paths: Sequence[str]) -> Callable[[Model], Sequence[int | None]]:
    """What gives the ids of the contacts that a record names; those over a relation are read for all at once."""
    if not any("__" in path for path in paths):
        return lambda record: [getattr(record, path) for path in paths]
    found: dict[int, Sequence[int | None]] = {}
    if records:
        rows = type(records[0])._base_manager.filter(pk__in=[record.pk for record in records])
        found = {pk: ids for pk, *ids in rows.values_list("pk", *paths)}
    return lambda record: found[record.pk]
