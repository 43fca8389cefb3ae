"""The forecast of deals against what is known by construction: constant hazards, counts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.mathematics.deal_flow import (
    LOST,
    NEVER,
    UNKNOWN_DAY,
    WON,
    Deals,
    flow_by_deals,
    follow,
    life_table,
    open_at,
    relative_risks,
    trust_of,
    values_of,
)

CUT, BEFORE = 3_000, 2_000


def deals(opened, closed, outcome, *, brought=100.0, amount=np.nan, product=None, owner=None) -> Deals:
    size = len(opened)
    column = np.asarray
    return Deals(
        opened=column(opened, np.int64),
        closed=column(closed, np.int64),
        outcome=column(outcome, np.int64),
        brought=np.broadcast_to(np.asarray(brought, float), size).copy(),
        amount=np.broadcast_to(np.asarray(amount, float), size).copy(),
        product=np.zeros(size, np.int64) if product is None else column(product, np.int64),
        owner=np.zeros(size, np.int64) if owner is None else column(owner, np.int64),
        stage=np.zeros(size, np.int64),
    )


def drawn(rng: np.random.Generator, a_day: int, wins: float, losses: float, days: int = 4_000) -> Deals:
    """Deals that open evenly and end each day with these chances, whatever their age."""
    opened = np.repeat(np.arange(days), a_day)
    ends = opened + rng.geometric(wins + losses, len(opened)) - 1
    is_won = rng.random(len(opened)) < wins / (wins + losses)
    return deals(opened, ends, np.where(is_won, WON, LOST))


def known_at(cut: int, rows: Deals) -> Deals:
    """What is known on that day: deals that end later are open."""
    ended = rows.closed < cut
    seen = rows.opened < cut
    return deals(rows.opened[seen], np.where(ended, rows.closed, NEVER)[seen], np.where(ended, rows.outcome, 0)[seen])


def test_constant_chances_give_their_closed_form():
    wins, losses = 0.01, 0.015
    rows = drawn(np.random.default_rng(7), 20, wins, losses)
    table = life_table(known_at(CUT, rows), BEFORE, CUT)
    for age, days in ((0, 30), (50, 90)):
        chance = table.won_between(np.array([age]), days)[0]
        expected = wins / (wins + losses) * (1 - (1 - wins - losses) ** days)
        assert chance == pytest.approx(expected, rel=0.05)


def test_expected_wins_are_those_that_come():
    rows = drawn(np.random.default_rng(3), 20, 0.01, 0.015)
    found = flow_by_deals(known_at(CUT, rows), BEFORE, CUT, [CUT + 90])
    inside = (rows.outcome == WON) & (rows.closed >= CUT) & (rows.closed < CUT + 90)
    old, new = inside & (rows.opened < CUT), inside & (rows.opened >= CUT)
    assert found.chances.sum() == pytest.approx(old.sum(), rel=0.1)
    assert found.new_wins[0] == pytest.approx(new.sum(), rel=0.1)


def test_nothing_that_is_known_later_enters():
    rows = drawn(np.random.default_rng(5), 5, 0.01, 0.015)
    then = flow_by_deals(known_at(CUT, rows), BEFORE, CUT, [CUT + 90])
    later = flow_by_deals(rows, BEFORE, CUT, [CUT + 90])
    assert np.array_equal(np.sort(then.chances.ravel()), np.sort(later.chances.ravel()))
    assert then.new_amounts == pytest.approx(later.new_amounts)
    assert then.mean == later.mean


def test_a_life_table_by_hand():
    # four deals opened on day 10: one won at age 1, one lost at age 2, two open on day 14
    rows = deals([10, 10, 10, 10], [11, 12, NEVER, NEVER], [WON, LOST, 0, 0])
    table = life_table(rows, 10, 14)
    assert table.open[:4] == pytest.approx([1, 1, 3 / 4, 3 / 4 * 2 / 3])
    assert table.won[:4] == pytest.approx([0, 0, 1 / 4, 1 / 4])
    assert table.won_between(np.array([0]), 3)[0] == pytest.approx(1 / 4)


def test_a_product_that_is_won_twice_as_often_counts_so():
    rng = np.random.default_rng(11)
    often, seldom = drawn(rng, 10, 0.02, 0.01), drawn(rng, 10, 0.01, 0.02)
    columns = {name: np.concatenate([getattr(often, name), getattr(seldom, name)]) for name in often.__dict__}
    rows = Deals(**columns | {"product": np.repeat([1, 2], [len(often), len(seldom)])})
    risk = relative_risks(rows, life_table(rows, BEFORE, CUT), BEFORE, CUT)
    assert risk[0] / risk[-1] == pytest.approx(2.0, rel=0.1)


def test_a_win_is_worth_what_its_product_brought_shrunk_to_all():
    rows = deals(
        [1] * 12 + [5], [2] * 12 + [NEVER], [WON] * 12 + [0], brought=[10.0] * 10 + [100.0] * 2 + [np.nan],
        product=[1] * 10 + [2] * 2 + [2],
    )  # fmt: skip
    value, mean = values_of(rows, 10, open_at(rows, 10))
    assert mean == pytest.approx(25.0)
    assert value == pytest.approx([(200 + 10 * 25) / (2 + 10)])


def test_deals_of_an_unknown_day_are_open_now_and_in_no_back_test():
    rows = deals([UNKNOWN_DAY, 1], [NEVER, NEVER], [0, 0])
    assert open_at(rows, 10).tolist() == [False, True]
    assert open_at(rows, 10, undated=True).tolist() == [True, True]


def test_trust_is_earned_where_the_deals_were_right():
    assert trust_of([]) == 0.0
    assert trust_of([(120, 100, 120)] * 20) == pytest.approx(1.0, abs=0.05)
    assert trust_of([(120, 100, 90)] * 5) == 0.0
    # one try, both logs 0.2: 0.04 / (0.04 + 0.01)
    assert trust_of([(np.exp(0.2), 1, np.exp(0.2))]) == pytest.approx(0.8)


def test_without_trust_the_count_is_the_run_rate():
    rows = drawn(np.random.default_rng(9), 20, 0.01, 0.015)
    found = follow(flow_by_deals(known_at(CUT, rows), CUT - 90, CUT, [CUT + 90]), 0.0, 0)
    assert found.chances.sum() + found.new_wins[0] == pytest.approx(found.wins_before, rel=0.01)
