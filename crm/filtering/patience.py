"""Reads that are given up when they take too long, so that another way can be tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
