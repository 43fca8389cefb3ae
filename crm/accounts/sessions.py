"""The session store: rows of our own, so that people see their sessions and end them.

Only a hash of the key is stored: who reads the table, or a backup of it, cannot take over a session. A session ends
twelve hours after its last request, and two weeks after it began.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from crm.database.kept import ANY_TEXT, KeptRows
from crm.models import Session
from crm.models.sessions import LONGEST_DEVICE

NOTED_EVERY = dt.timedelta(minutes=1)


def hash_of(session_key: str) -> str:
    """How the key of a session is stored: it is random and long, so a plain hash will do."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def open_sessions() -> Any:
    """Sessions that have not ended by themselves."""
    now = timezone.now()
    return Session.objects.filter(expires_at__gt=now, seen_at__gt=now - settings.CRM_SESSION_IDLE)


def _open_session(key_hash: str) -> Session | None:
    row = next(iter(_session().read(key_hash)), None)
    now = timezone.now()
    is_open = row is not None and row.expires_at > now and row.seen_at > now - settings.CRM_SESSION_IDLE
    return row if is_open else None


@cache
def _session() -> KeptRows[Session]:
    return KeptRows(Session.objects.filter(key_hash=ANY_TEXT))


class SessionStore(SessionBase):
    """Django's way to sessions; `row` is what was read, `ip` and `device` are written with the next save."""

    row: Session | None = None
    ip: str | None = None
    device = ""

    @classmethod
    def clear_expired(cls) -> None:
        """Take away what has ended by itself."""
        now = timezone.now()
        Session.objects.filter(Q(expires_at__lte=now) | Q(seen_at__lte=now - settings.CRM_SESSION_IDLE)).delete()

    def load(self) -> dict[str, Any]:
        """The session's data; empty, and without a key, where it has ended or never was."""
        self.row = _open_session(hash_of(self.session_key)) if self.session_key else None
        if self.row is None:
            self._session_key = None
            return {}
        return dict(self.decode(self.row.data))

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key_hash=hash_of(session_key)).exists()

    def create(self) -> None:
        """Begin a session under a new key."""
        self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Write it. Raises UpdateError where it was ended meanwhile: it must not come back to life."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        now = timezone.now()
        values = {"data": self.encode(data), "user_id": data.get("_auth_user_id"), "seen_at": now}
        values |= {"ip": self.ip, "device": self.device[:LONGEST_DEVICE]} if self.ip or self.device else {}
        if must_create:
            return self._insert({**values, "expires_at": now + dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)})
        if not Session.objects.filter(key_hash=hash_of(self.session_key)).update(**values):
            raise UpdateError
        return None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            Session.objects.filter(key_hash=hash_of(key)).delete()

    def note_seen(self) -> None:
        """Keep that the person was here, at most once a minute; a new place or device at once."""
        row, now, device = self.row, timezone.now(), self.device[:LONGEST_DEVICE]
        has_moved = row is not None and row.ip is not None and (row.ip, row.device) != (self.ip, device)
        if row and (now - row.seen_at > NOTED_EVERY or has_moved):
            Session.objects.filter(pk=row.pk).update(seen_at=now, ip=self.ip, device=device)

    def _insert(self, values: dict[str, Any]) -> None:
        try:
            with transaction.atomic():
                self.row = Session.objects.create(key_hash=hash_of(str(self.session_key)), **values)
        except IntegrityError as error:
            raise CreateError from error
