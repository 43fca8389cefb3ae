"""Writes of layouts: arrange a place for a role, or go back to what everybody has. Each is one log row."""

from __future__ import annotations

from django.db import connection, transaction

from crm.choices import Role
from crm.layouts.arranging import Arrangement
from crm.layouts.places import LayoutPlace
from crm.log import log
from crm.models import Layout, User


def hold_layout(place: LayoutPlace, role: str) -> None:
    """One writer of a layout at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"layout {place.name} {role}"])


@transaction.atomic
def set_layout(*, actor: User, place: LayoutPlace, role: str, arrangement: Arrangement) -> None:
    """Arrange a place for a role; an empty one is everybody's, where the role has none of its own."""
    hold_layout(place, role)
    row, _ = Layout.objects.update_or_create(place=place.name, role=role, defaults=arrangement.stored)
    log(actor=actor, verb="set layout", object=row, summary=f"Arranged “{place.label}” for {whom(role)}")


@transaction.atomic
def reset_layout(*, actor: User, place: LayoutPlace, role: str) -> bool:
    """Take a layout back; whether there was one."""
    hold_layout(place, role)
    row = Layout.objects.filter(place=place.name, role=role).first()
    if row is None:
        return False
    log(actor=actor, verb="reset layout", object=row, summary=f"Took back “{place.label}” for {whom(role)}")
    row.delete()
    return True


def whom(role: str) -> str:
    return f"{Role(role).label.lower()}s" if role else "everybody"
