"""A world made once for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def held(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Around the fixture of a module, which makes rows inside: each test finds them there and takes back what it did
    itself; after the last they are gone. Not for tests that look at the database's clock: it stands still meanwhile.
    """
    with blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
    try:
        with blocker.unblock():
            yield
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
