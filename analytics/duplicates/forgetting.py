"""Whoever is erased goes out of the basis of duplicates: their numbers, and values that hardly anybody else has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from analytics.code_version import code_version
from analytics.models import DuplicateBasis
from analytics.steps.duplicate_basis import read_basis, write_basis
from analytics.steps.duplicate_facts import facts_of
from contacts.choices import ContactKind
from contacts.privacy.tables import Person

STEP = "analytics.steps.duplicates"


def lock_basis() -> None:
    """Until the transaction ends nobody else writes or forgets a basis."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["basis of duplicates"])


def forget_compared(person: Person) -> Callable[[], None]:
    """What forgets these contacts, once their rows are empty: by then nobody can tell what they were. The lock comes
    last, as a comparison holds pairs when it asks for it."""
    values = {kind: _values(kind, person.ids) for kind in ContactKind.values}

    def forget() -> None:
        lock_basis()
        for row in DuplicateBasis.objects.order_by("kind"):
            if row.method.partition(" ")[0] != code_version(STEP):
                row.delete()  # of another version of the code, of no more use
            elif (basis := read_basis(row.kind, row.method)) is not None:
                left = basis.without(person.ids, values[row.kind])
                write_basis(row.kind, left, row.compared_at)

    return forget


def _values(kind: str, ids: tuple[int, ...]) -> dict[str, list[Any]]:
    """What they are compared by: each value as often as it is theirs."""
    columns = facts_of(kind, ids).columns
    return {name: one.values.repeat(one.counts).tolist() for name, one in columns.items()}
