"""Given names beside their initials."""

import pytest

from analytics.mathematics.likeness import GIVEN_NAME

SAID = dict(enumerate(GIVEN_NAME.levels))


def test_the_numbers_of_stored_evidence_stay_and_lead_back():
    assert [SAID[GIVEN_NAME.swapped(kept)] for kept in (2, 3, 4)] == ["spelled alike", "different", "the initial fits"]
    assert all(GIVEN_NAME.swapped(GIVEN_NAME.swapped(level)) == level for level in SAID)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("j", "john", "the initial fits"),
        ("john", "j", "the initial fits"),
        ("j r", "john robert", "the initial fits"),
        ("john r", "john robert", "the initial fits"),
        ("j", "john robert", "the initial fits"),
        ("k", "john", "different"),
        ("j k", "john robert", "different"),
        ("j", "k", "different"),
        ("john", "jane", "different"),
        ("john", "jonh", "spelled nearly the same"),
        ("dwayne", "duane", "spelled alike"),
    ],
)
def test_an_initial_that_fits_is_neither_the_same_nor_different(one, other, words):
    assert GIVEN_NAME.near is not None
    assert [SAID[level] for level in GIVEN_NAME.near([one], [other])] == [words]
