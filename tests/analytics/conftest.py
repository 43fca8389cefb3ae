"""The table of segments, also after a test that flushed the database."""

import pytest

from tests.analytics.bases import make_segments


@pytest.fixture
def segments(db) -> None:
    make_segments()


@pytest.fixture
def lasting_segments(transactional_db) -> None:
    make_segments()
