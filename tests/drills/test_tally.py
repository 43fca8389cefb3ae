"""The count of the drills finds what is lost and what is doubled."""

from collections import Counter

from tests.drills.tally import Tally, line_of


def test_what_is_lost_and_what_is_doubled_is_counted(record_property) -> None:
    tally = Tally()
    assert tally.compare(["a", "b", "c"], ["a", "a", "c"]) == (1, 1)
    assert line_of(Counter(tally.counts)) == "drills: 0 faults, 3 acknowledged, 1 lost, 1 doubled, 0 uncertain"
