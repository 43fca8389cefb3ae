"""COPY whose errors are Django's own: those of a cursor's `copy` are the driver's, which no `except` of ours names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def copying(cursor: Any, command: Any, values: Any = None) -> Iterator[Any]:
    """The COPY of a command; `cursor` is one of Django's. Raises the errors of `django.db`."""
    # Django's cursor that tells its statements (DEBUG, tests that count them) takes no values
    begun = cursor.copy(command) if values is None else cursor.cursor.copy(command, values)
    with cursor.db.wrap_database_errors, begun as copy:
        yield copy
