"""Writes of the ground floor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection, transaction

from crm.choices import Role
from crm.log import log
from crm.models import Company, Team, User

SET_UP_LOCK = 7302


class AlreadySetUp(Exception):
    """Somebody has set this instance up before."""


def is_set_up() -> bool:
    """Whether anybody was ever able to sign in; people made by an import have no usable password."""
    return User.objects.exclude(password="").exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists()


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


@transaction.atomic
def save_user(
    *, actor: User | None, email: str, role: str, team: str = "", name: str = "", password: str = ""
) -> tuple[User, bool]:
    """Make the person with this e-mail address (compared without case), or change what is given; whether new.

    A team that does not exist is made. Somebody new without a password cannot sign in until one is set; somebody who
    could not sign in any more may again.
    """
    user = User.objects.filter(email__iexact=email.strip()).first()
    is_new = user is None
    user = user or User(email=email.strip().lower(), name=name or name_from_email(email))
    user.role, user.is_active, user.name = role, True, name or user.name
    if team:
        user.team = Team.objects.filter(name__iexact=team).first() or Team.objects.create(name=team)
    if password or is_new:
        user.set_password(password or None)
    user.save()
    log(actor=actor, verb="create" if is_new else "change", object=user, summary=f"{user.name}: {user.role}")
    return user, is_new


def name_from_email(email: str) -> str:
    """`mia.keller@example.com` -> `Mia Keller`."""
    words = re.split(r"[._+-]+", email.split("@", maxsplit=1)[0])
    return " ".join(word.capitalize() for word in words if word and not word.isdigit()) or email


@transaction.atomic
def save_profile(*, actor: User, fields: Mapping[str, Any]) -> None:
    """Save what a person says about themselves."""
    User.objects.filter(pk=actor.pk).update(**fields)
    log(actor=actor, verb="change", object=actor, summary=f"{fields['name']}: own profile")


def keep_look(*, user: User, theme: str = "", density: str = "") -> None:
    """Keep how pages look to this person; an empty choice leaves it as it is. Not worth a row of the log."""
    chosen = {name: value for name, value in (("theme", theme), ("density", density)) if value}
    if chosen:
        User.objects.filter(pk=user.pk).update(**chosen)
