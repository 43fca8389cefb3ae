"""The basis of duplicates goes with whoever is erased: its numbers are made of everybody's values."""

from __future__ import annotations

from django.db import connection

from analytics.models import DuplicateBasis
from contacts.privacy.tables import Person


def lock_basis() -> None:
    """Until the transaction ends nobody else writes or forgets a basis."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["basis of duplicates"])


def forget_basis(person: Person) -> None:
    """Of all contacts: the numbers of one stand in the arrays of all. The next night compares everybody."""
    lock_basis()
    DuplicateBasis.objects.all().delete()
