"""How many open deals will be won by when, and how many that are not opened yet: what the learned forecast is made of.

Everything here is as of a cut-off, the first day that is not known: a deal that closed on it or later is open, one that
was opened on it or later is not there. Days are whole numbers (`UNKNOWN_DAY` where a deal's day is not told).

- The **life table** counts, over the period before the cut-off, on how many days deals of each age could have been won
  and on how many they were (the hazards of two competing risks, won and lost). It is of the period, not of the cohorts,
  so that it follows how selling goes now (Chiang, The Life Table and its Applications, 1984).
- **Relative risks** of products, owners and stages are wins observed over wins that the life table expects of the same
  deals, shrunk towards 1 as if `RISK_PRIOR` more wins had come as expected (indirect standardisation).
- **Deals not opened yet** come as often as in the period before and run through the same life table.
- The **run rate** is the number of wins of the period before. How far the forecast follows the deals instead of the
  run rate is learned at earlier cut-offs (`trust_of`); with no such evidence it is the run rate.
- A win is worth what deals of its product brought so far, shrunk towards all deals (`VALUE_PRIOR` of them).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
UNKNOWN_DAY = -(10**6)
NEVER = 10**6
OLDEST = 1_500
"""Ages are counted up to so many days; older deals count as of this age."""
RISK_PRIOR = 20.0
VALUE_PRIOR = 10.0
TRUST_PRIOR = 0.1**2
"""As if there had been one cut-off at which the two differed by a tenth and the run rate was right."""
WON, LOST = 1, 2


@dataclass(frozen=True)
class Deals:
    """Arrays with a row for each deal. `closed` is NEVER while it is open; `outcome` is 0, WON or LOST; `brought` is
    what a won one came to; `amount` what it was to bring, NaN where that was not known before it closed; codes of
    product, owner and stage count from 0 (0: none)."""

    opened: Ints
    closed: Ints
    outcome: Ints
    brought: Floats
    amount: Floats
    product: Ints
    owner: Ints
    stage: Ints

    def __len__(self) -> int:
        return len(self.opened)

    def with_stages(self, stage: Ints) -> Deals:
        """The same deals with their stages of an earlier day."""
        return replace(self, stage=stage)

    def with_amounts(self, amount: Floats) -> Deals:
        """The same deals with what was thought of them on an earlier day."""
        return replace(self, amount=amount)


@dataclass(frozen=True)
class LifeTable:
    """By age in days: the chance to be open still (`open`), and to have been won before that age (`won`)."""

    open: Floats
    won: Floats
    hazard: Floats

    def won_between(self, age: Ints, days: int) -> Floats:
        """P(won within so many days from now) of deals that are open at these ages."""
        start = np.clip(age, 0, OLDEST)
        end = np.clip(age + days, 0, OLDEST)
        chance: Floats = (self.won[end] - self.won[start]) / np.maximum(self.open[start], 1e-12)
        beyond = age + days - OLDEST
        if (beyond > 0).any():  # past the oldest age the hazard stays what it was there
            rest = 1 - np.exp(-self.hazard[-1] * np.maximum(np.minimum(beyond, days), 0))
            chance = chance + (1 - chance) * rest
        return np.clip(chance, 0, 1)


@dataclass(frozen=True)
class Flow:
    """What is expected as of a cut-off, by the end of each horizon: `chances` of the open deals (a row each, a column
    for each horizon), `new_wins` of deals not opened yet. `value` is what each open deal brings if it is won, `mean` a
    win of a new one; `trust` is how far the count of wins follows the deals instead of the run rate."""

    chances: Floats
    new_wins: Floats
    value: Floats
    mean: float
    trust: float
    wins_before: int

    @property
    def open_amounts(self) -> Floats:
        """Expected amount of the open deals, by horizon."""
        amounts: Floats = self.chances.T @ self.value
        return amounts

    @property
    def new_amounts(self) -> Floats:
        return self.new_wins * self.mean


def life_table(deals: Deals, since: int, until: int) -> LifeTable:
    """The life table of the period from `since` to the day before `until`."""
    dated = (deals.opened != UNKNOWN_DAY) & (deals.opened < until) & (deals.closed >= since)
    opened, closed, outcome = deals.opened[dated], deals.closed[dated], deals.outcome[dated]
    first = np.clip(np.maximum(since - opened, 0), 0, OLDEST)
    last = np.clip(np.minimum(closed, until - 1) - opened, 0, OLDEST)
    at_risk = np.cumsum(np.bincount(first, minlength=OLDEST + 2) - np.bincount(last + 1, minlength=OLDEST + 2))
    ended = closed < until
    age = np.clip(closed - opened, 0, OLDEST)[ended]
    is_won = outcome[ended] == WON
    exposure = np.maximum(at_risk[: OLDEST + 1], 1)
    wins = np.bincount(age[is_won], minlength=OLDEST + 1) / exposure
    losses = np.bincount(age[~is_won], minlength=OLDEST + 1) / exposure
    total = np.minimum(wins + losses, 1)
    still_open = np.concatenate([[1.0], np.cumprod(1 - total)])[: OLDEST + 1]
    won = np.concatenate([[0.0], np.cumsum(still_open * wins)])[: OLDEST + 1]
    tail = wins[OLDEST // 2 :].mean()
    return LifeTable(still_open, won, np.append(wins[:-1], tail))


def relative_risks(deals: Deals, table: LifeTable, since: int, until: int) -> Floats:
    """Of each deal: how much likelier it is won than the life table says, by its product, its owner and its stage."""
    risk = np.ones(len(deals))
    there = (deals.opened != UNKNOWN_DAY) & (deals.opened < until) & (deals.closed >= since)
    won = there & (deals.outcome == WON) & (deals.closed < until)
    hazards = np.concatenate([[0.0], np.cumsum(table.hazard)])
    first = np.clip(np.maximum(since - deals.opened, 0), 0, OLDEST)
    last = np.clip(np.minimum(deals.closed, until - 1) - deals.opened + 1, 0, OLDEST + 1)
    expected = np.where(there, hazards[last] - hazards[np.minimum(first, last)], 0.0)
    for codes in (deals.product, deals.owner, deals.stage):
        size = int(codes.max(initial=0)) + 1
        seen = np.bincount(codes, weights=won, minlength=size)
        due = np.bincount(codes, weights=expected * risk, minlength=size)
        ratio = (seen + RISK_PRIOR) / (due + RISK_PRIOR)
        ratio[0] = 1.0
        risk = risk * ratio[codes]
    return risk


def values_of(deals: Deals, cut: int, chosen: NDArray[np.bool_]) -> tuple[Floats, float]:
    """What the chosen deals bring if they are won, and what a win of any deal brings: from wins before the cut-off."""
    won = (deals.outcome == WON) & (deals.closed < cut) & ~np.isnan(deals.brought)
    mean = float(deals.brought[won].mean()) if won.any() else 0.0
    size = int(deals.product.max(initial=0)) + 1
    count = np.bincount(deals.product[won], minlength=size)
    total = np.bincount(deals.product[won], weights=deals.brought[won], minlength=size)
    by_product = (total + VALUE_PRIOR * mean) / (count + VALUE_PRIOR)
    by_product[0] = mean
    known = deals.amount[chosen]
    return np.where(np.isnan(known), by_product[deals.product[chosen]], known), mean


def wins_between(deals: Deals, since: int, until: int) -> int:
    return int(((deals.outcome == WON) & (deals.closed >= since) & (deals.closed < until)).sum())


def amount_between(deals: Deals, since: int, until: int) -> float:
    """What was won in these days."""
    chosen = (deals.outcome == WON) & (deals.closed >= since) & (deals.closed < until)
    return float(np.nansum(deals.brought[chosen]))


def open_at(deals: Deals, cut: int, *, undated: bool = False) -> NDArray[np.bool_]:
    """Which deals are open as of the cut-off; those of an unknown day of opening where `undated`."""
    there = (deals.opened < cut) & (deals.closed >= cut)
    return there if undated else there & (deals.opened != UNKNOWN_DAY)


def flow_by_deals(deals: Deals, before: int, cut: int, ends: list[int], *, undated: bool = False) -> Flow:
    """What the deals by themselves let expect, from the life table of the days from `before` to the cut-off."""
    table = life_table(deals, before, cut)
    chosen = open_at(deals, cut, undated=undated)
    risk = relative_risks(deals, table, before, cut)[chosen]
    age = np.where(deals.opened[chosen] == UNKNOWN_DAY, 0, cut - deals.opened[chosen])
    chances = np.stack([np.minimum(risk * table.won_between(age, end - cut), 0.99) for end in ends], axis=1)
    opened = ((deals.opened >= before) & (deals.opened < cut)).sum()
    a_day = opened / max(cut - before, 1)
    new_wins = np.array([a_day * table.won[np.clip(np.arange(end - cut), 0, OLDEST)].sum() for end in ends])
    value, mean = values_of(deals, cut, chosen)
    return Flow(chances, new_wins, value, mean, 1.0, wins_between(deals, before, cut))


def trust_of(tries: list[tuple[float, float, float]]) -> float:
    """How far to follow the deals instead of the run rate, from 0 to 1: `tries` are (wins that the deals let expect,
    wins of the period before, wins that came) at earlier cut-offs.

    Least squares of log(came / before) on log(deals / before) without a constant, shrunk towards 0 (ridge).
    """
    cross = square = 0.0
    for by_deals, before, came in tries:
        if min(by_deals, before, came) > 0:
            x, y = np.log(by_deals / before), np.log(came / before)
            cross, square = cross + x * y, square + x * x
    return float(np.clip(cross / (square + TRUST_PRIOR), 0, 1))


def follow(flow: Flow, trust: float, horizon: int) -> Flow:
    """The flow with its count of wins by the horizon (a column) drawn towards the run rate; without wins before, as it
    is."""
    by_deals = float(flow.chances[:, horizon].sum() + flow.new_wins[horizon])
    if flow.wins_before <= 0 or by_deals <= 0:
        return flow
    count = flow.wins_before * (by_deals / flow.wins_before) ** trust
    scale = count / by_deals
    chances = np.minimum(flow.chances * scale, 0.99)
    return replace(flow, chances=chances, new_wins=flow.new_wins * scale, trust=trust)
