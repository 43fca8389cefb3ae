"""Reads that are given up when they take too long, so that another way can be tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class OutOfPatience(Exception):
    """A statement took longer than was allowed."""


@contextmanager
def patience(milliseconds: int) -> Iterator[None]:
    """Inside, each statement may take so long. For reading only: what is written inside is taken back.

    Raises `OutOfPatience` for the first that takes longer.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
            yield
            transaction.set_rollback(True)  # brings the old limit back, in a transaction around this one too
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise OutOfPatience from error
        raise


@contextmanager
def patience_in_all(milliseconds: int) -> Iterator[None]:
    """As `patience`, for all statements together: each may take what those before it have left."""
    ends_at = monotonic() + milliseconds / 1000

    def with_what_is_left(execute: Callable[..., Any], *asked: Any) -> Any:
        left = int((ends_at - monotonic()) * 1000)
        if left <= 0:
            raise OutOfPatience
        connection.connection.execute("SELECT set_config('statement_timeout', %s, true)", [str(left)])
        return execute(*asked)

    with patience(milliseconds), connection.execute_wrapper(with_what_is_left):
        yield
