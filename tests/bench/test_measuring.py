"""What the bench says about the times it took."""

from __future__ import annotations

import pytest

from bench.measuring import MOST_SPREAD, ROUNDS, TRIES, Line, Timing, alternate, at_least, at_most, beside, table
from bench.rows import ROWS


def steady(value: float) -> Timing:
    return Timing((value,) * ROUNDS)


def test_a_ratio_above_its_demand_is_short() -> None:
    met = beside("list", "page", steady(0.020), steady(0.010), most=2.5, name="floor")
    missed = beside("list", "page", steady(0.030), steady(0.010), most=2.5, name="floor")
    assert (met.is_short, missed.is_short) == (False, True)
    assert table([met]) == ["| list | page | 20.0 ms | 10.0 ms floor | - | 2.00 | ≤ 2.5 |"]
    assert table([missed])[0].endswith("| 3.00 | ≤ 2.5 **SHORT** |")


def test_a_rate_below_its_demand_is_short() -> None:
    assert not at_least("mail", "rate", 300, 1000, least=0.25, name="smtplib", unit="/s").is_short
    assert at_least("mail", "rate", 200, 1000, least=0.25, name="smtplib", unit="/s").is_short


def test_a_count_above_its_most_is_short() -> None:
    assert not at_most("list", "queries", 12, 12).is_short
    assert at_most("list", "queries", 13, 12).is_short


def test_no_ratio_is_given_for_times_that_moved_too_much() -> None:
    line = beside("list", "page", Timing((0.01, 0.02, 0.03, 0.04, 0.05)), steady(0.001), most=2.5)
    assert line.spread > MOST_SPREAD
    assert not line.is_short
    assert "(noisy)" in table([line])[0]


def test_spread_is_the_middle_half_of_the_rounds() -> None:
    timing = Timing((1.0, 2.0, 3.0, 4.0, 100.0))
    assert (timing.median, timing.spread) == (3.0, pytest.approx(2 / 3))


def test_cases_take_turns() -> None:
    order: list[str] = []

    def case(name: str) -> float:
        order.append(name)
        return 1.0

    alternate({"us": lambda: case("us"), "floor": lambda: case("floor")}, rounds=3)
    assert order == ["us", "floor"] * 3


def test_a_disturbed_row_is_measured_again_and_given_up_after_some_tries() -> None:
    calls: list[int] = []

    def restless() -> float:
        calls.append(1)
        return float(len(calls) % ROUNDS + 1)

    found = alternate({"restless": restless})
    assert found["restless"].spread > MOST_SPREAD
    assert len(calls) == ROUNDS * TRIES


def test_a_line_without_a_ratio_has_dashes() -> None:
    assert table([Line("people", "pages", "10")]) == ["| people | pages | 10 | - | - | - | - |"]


def test_every_row_is_a_function() -> None:
    assert all(callable(measure) for measure in ROWS.values())
