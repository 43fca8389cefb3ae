"""A search that looks in several places at once (`pk` in a union of what each of them finds), stopped early.

Asked in one statement, the database gathers all that such a union finds before it gives the first row: forty thousand
comments, where a thousand will do. So the first hits are asked for by themselves, and the rows among them. Where other
conditions leave few rows, these are found first, and each part of the union looks among them alone.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.db.models.lookups import In, Lookup
from django.db.models.sql import AND, Query
from django.db.models.sql.where import WhereNode

from crm.filtering.counting import guess_of
from crm.filtering.patience import OutOfPatience, patience

OTHERS_MILLISECONDS = 500
"""For the ids that the other conditions leave: few rows may still be found by reading a whole table."""


class FirstHits(NamedTuple):
    """The `rows` among the first hits; `is_all`: there are no further hits."""

    rows: QuerySet[Any]
    is_all: bool


def first_hits(rows: QuerySet[Any], most: int) -> FirstHits | None:
    """The rows among the first so many hits of the union that they must be in; None where there is no such union."""
    found = rows.all()
    if (place := _place_of_union(found.query.where)) is None:
        return None
    children, index = place
    lookup = children[index]
    query = lookup.rhs.clone()
    query.subquery = False
    query.set_limits(high=most)
    hits = [row[0] for row in query.get_compiler(rows.db).results_iter(tuple_expected=True)]
    children[index] = _AnyOf(lookup.lhs, sorted(set(hits)))
    return FirstHits(found, len(hits) < most)


def hits_among(rows: QuerySet[Any], most: int) -> QuerySet[Any] | None:
    """The rows, with the union narrowed to what the other conditions leave; None where they leave more than so many,
    or take long to find, or there is no such union."""
    others, found = rows.order_by(), rows.all()
    if (place := _place_of_union(others.query.where)) is None:
        return None
    children, index = place
    del children[index]
    if guess_of(others).rows > most:
        return None
    try:
        with patience(OTHERS_MILLISECONDS):
            keys = list(others.values_list("pk", flat=True)[: most + 1])
    except OutOfPatience:
        return None
    if len(keys) > most:
        return None
    children, index = _place_of_union(found.query.where) or place
    lookup = children[index]
    union = lookup.rhs.clone()
    union.combined_queries = tuple(_narrowed(part, sorted(keys)) for part in union.combined_queries)
    children[index] = In(lookup.lhs, union)
    return found


def _narrowed(part: Query, keys: list[int]) -> Query:
    """One of the queries of a union, among these ids."""
    narrowed = part.clone()
    narrowed.where.add(_AnyOf(narrowed.select[0], keys), AND)
    return narrowed


class _AnyOf(Lookup):
    """One of these ids, as one parameter: a thousand of them take longer to write than to find."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        side, parameters = self.process_lhs(compiler, connection)
        return f"{side} = ANY(%s::bigint[])", (*parameters, self.rhs)


def _place_of_union(node: WhereNode) -> tuple[list[Any], int] | None:
    """Where `pk` in a union stands among conditions that must all be true: in which list of them, and its place."""
    if node.negated or (node.connector != AND and len(node.children) > 1):
        return None
    for index, child in enumerate(node.children):
        if isinstance(child, WhereNode):
            if (place := _place_of_union(child)) is not None:
                return place
        elif isinstance(child, In) and _is_key(child.lhs) and isinstance(child.rhs, Query) and child.rhs.combinator:
            return (node.children, index) if child.rhs.combinator == "union" else None
    return None


def _is_key(side: Any) -> bool:
    target = getattr(side, "target", None)
    return target is not None and target.primary_key
