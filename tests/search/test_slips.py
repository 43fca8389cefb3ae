"""Slips of the finger, counted."""

import pytest

from crm.search.slips import distance, slips_between


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("", "", 0),
        ("a", "", 1),
        ("keler", "keller", 1),
        ("jonh", "john", 1),
        ("mulelr", "muller", 1),
        ("kitten", "sitting", 3),  # Levenshtein's own example
        ("ca", "abc", 3),  # where alignment and the full Damerau distance differ
        ("schmdit", "schmidt", 1),
    ],
)
def test_distance_counts_letters_added_lost_changed_and_swapped(one, other, count):
    assert distance(one, other) == distance(other, one) == count


def test_each_typed_word_needs_a_word_that_is_near():
    assert slips_between("anna mulelr", "muller anna") == 1
    assert slips_between("mull", "anna muller") == 0.5
    assert (slips_between("keler", "keller"), slips_between("keler", "kelemen")) == (1, 1.5)
    assert slips_between("anna xyz", "anna muller") is None
    assert slips_between("abcd", "abef") is None
    assert slips_between("word", "") is None
