"""One stack for all drills, ended behind the last of them, and the count of what they did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills.stack import Stack
from tests.drills.tally import Tally, size

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A drill takes its time in the long form."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(size(900, 5_400)))
            item.add_marker(pytest.mark.drill)


@pytest.fixture(scope="package")
def whole_stack(tmp_path_factory: pytest.TempPathFactory, django_db_blocker) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"))
    try:
        with django_db_blocker.unblock():
            stack.start_all()
        yield stack
    finally:
        stack.end_all()


@pytest.fixture
def stack(whole_stack: Stack, django_db_blocker, tally: Tally) -> Iterator[Stack]:
    """The running product; this process's models are on its database for the length of the test."""
    whole_stack.sink.taken.clear()
    whole_stack.sink.script.clear()
    whole_stack.sink.seconds = 0.0
    before = whole_stack.faults
    with django_db_blocker.unblock(), whole_stack.at_hand():
        yield whole_stack
    tally.add(faults=whole_stack.faults - before)
