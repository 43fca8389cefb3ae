"""Reads about people who work here and their open sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max, Q

from crm.accounts.device_names import name_of_device
from crm.accounts.second_factor import with_second_factor
from crm.accounts.sessions import hash_of, open_sessions
from crm.models import Session, User

MOST_PEOPLE = 500


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


def people(search: str = "") -> Sequence[User]:
    """People with team, second factor and when they were last seen; at most 500, those who may sign in first."""
    found = with_second_factor(User.objects.get_queryset()).select_related("team")
    for word in search.split():
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word) | Q(team__name__icontains=word))
    found = found.annotate(seen_at=Max("sessions__seen_at")).order_by("-is_active", "name", "id")
    return list(found[:MOST_PEOPLE])
