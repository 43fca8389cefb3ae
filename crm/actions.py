"""Writes of the ground floor."""

from __future__ import annotations

from django.db import connection, transaction

from crm.choices import Role
from crm.log import log
from crm.models import Company, User

SET_UP_LOCK = 7302


class AlreadySetUp(Exception):
    """Somebody has set this instance up before."""


def is_set_up() -> bool:
    """Whether anybody could sign in."""
    return User.objects.filter(is_active=True, email__isnull=False).exists()


@transaction.atomic
def set_up_company(*, name: str, time_zone: str, currency: str, person: str, email: str, password: str) -> User:
    """Make the company and its first administrator; of two visitors at once, one wins."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SET_UP_LOCK])
    if is_set_up():
        raise AlreadySetUp
    company, _ = Company.objects.update_or_create(
        pk=1, defaults={"name": name, "time_zone": time_zone, "currency": currency}
    )
    admin = User.objects.create_user(email, password, name=person, role=Role.ADMIN)
    log(actor=admin, verb="set up", object=company, summary=f"Set up {name}")
    return admin
