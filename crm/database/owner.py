"""The second role: who owns the tables. Only commands that make or empty them work as the owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

WHO = ("USER", "PASSWORD", "HOST", "PORT")


@contextmanager
def as_owner() -> Iterator[None]:
    """Everything inside is done on a connection of the owner's. Without a second role nothing changes.

    For commands of one thread: the connection of the caller is closed before and after.
    """
    owner = settings.CRM_OWNER_DATABASE
    mine: dict[str, Any] = connection.settings_dict
    if owner is None or all(mine[name] == owner[name] for name in WHO):
        yield
        return
    before = {name: mine[name] for name in (*WHO, "OPTIONS")}
    _become({name: owner[name] for name in WHO} | {"OPTIONS": owner.get("OPTIONS", {})})
    try:
        yield
    finally:
        _become(before)


def app_role() -> str | None:
    """The name of the application's role where the owner is another one."""
    owner = settings.CRM_OWNER_DATABASE
    name: str = settings.CRM_APP_ROLE
    return name if owner is not None and owner["USER"] != name else None


def _become(who: dict[str, Any]) -> None:
    if connection.in_atomic_block:
        raise RuntimeError("The role cannot change inside a transaction.")
    connection.close()
    connection.settings_dict.update(who)
