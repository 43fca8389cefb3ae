"""COPY whose errors are Django's own: those of a cursor's `copy` are the driver's, which no `except` of ours names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def copying(cursor: Any, command: Any, values: Any = None) -> Iterator[Any]:
    """The COPY of a command; `cursor` is one of Django's. Raises the errors of `django.db`."""
    with cursor.db.wrap_database_errors, cursor.copy(command, values) as copy:
        yield copy
