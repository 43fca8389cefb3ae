"""Session locks: one holder, gone with the connection, at once."""

from __future__ import annotations

import pytest

from crm.locks import locks_held, side_connection, take_lock

pytestmark = pytest.mark.django_db(transaction=True)
KIND = 7399


def test_a_lock_has_one_holder() -> None:
    with side_connection() as first, side_connection() as second:
        assert take_lock(first, KIND, 1)
        assert not take_lock(second, KIND, 1)
        assert take_lock(second, KIND, 2)
        assert sorted(locks_held(KIND)) == [1, 2]


def test_a_lock_is_free_the_moment_its_holder_lets_go() -> None:
    for _ in range(30):
        with side_connection() as side:
            assert take_lock(side, KIND, 1)
        assert locks_held(KIND) == []
