"""Reads about people who work here and their open sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Max, Q

from crm.accounts.device_names import name_of_device
from crm.accounts.second_factor import with_second_factor
from crm.accounts.sessions import hash_of, open_sessions
from crm.models import Session, User

MOST_PEOPLE = 500


HAS_PASSWORD = ~Q(password="") & ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)


@dataclass(frozen=True)
class SignIn:
    """How some people sign in: words, and which (of `with_second_factor`)."""

    label: str
    condition: Q


SIGN_INS = {
    "active": SignIn("may sign in", Q(is_active=True) & HAS_PASSWORD),
    "invited": SignIn("invited", Q(is_active=True, invited_at__isnull=False) & ~HAS_PASSWORD),
    "one-factor": SignIn("without a second factor", Q(is_active=True, has_factor=False) & HAS_PASSWORD),
}


@dataclass(frozen=True)
class OpenSession:
    """One line of the list of sessions."""

    session: Session
    device: str
    is_current: bool


def sessions_of(user: User, current_key: str | None = None) -> list[OpenSession]:
    """The person's open sessions, the last used first; `current_key` is the key of the one that asks."""
    current = hash_of(current_key) if current_key else ""
    return [
        OpenSession(session, name_of_device(session.device), session.key_hash == current)
        for session in open_sessions().filter(user=user).order_by("-seen_at")
    ]


def people(search: str = "", sign_in: str = "") -> Sequence[User]:
    """People with team, second factor and when they were last seen; at most 500, those who may sign in first. `sign_in`
    is one of `SIGN_INS`, or empty."""
    found = with_second_factor(User.objects.get_queryset()).select_related("team")
    for word in search.split():
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word) | Q(team__name__icontains=word))
    if sign_in in SIGN_INS:
        found = found.filter(SIGN_INS[sign_in].condition)
    found = found.annotate(seen_at=Max("sessions__seen_at")).order_by("-is_active", "name", "id")
    return list(found[:MOST_PEOPLE])
