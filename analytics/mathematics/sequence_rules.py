"""Rules of the order of buying: what follows what more often than by chance, tried over all pairs and triples at once.

They are counted over all steps, those to the same item, too; the chance is of all purchases, also those that nothing
followed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from analytics.mathematics.experiments import holm
from analytics.mathematics.sequences import CONFIDENCE, NONE, Floats, Ints, Purchases, codes_of
from crm.intervals import wilson


@dataclass(frozen=True)
class Rule:
    """After `before` (`NONE`: whatever was before) and `last`, `next` follows: `count` of `occasions` steps, by so many
    `customers`; `lift` is how many times as often as after anything, with its interval; half of them within `median`
    days. `chance`: the low end (Wilson, 95 %) of the share of all such purchases that `next` followed within the
    horizon, `seen` of them old enough to tell. `back`: the share of `next` that `last` followed (None for two)."""

    before: int
    last: int
    next: int
    count: int
    occasions: int
    customers: int
    share: float
    lift: float
    low: float
    high: float
    median: float
    seen: int
    chance: float
    back: float | None


@dataclass(frozen=True)
class Found:
    """The rules, and how many cells (after these comes that) were tried for them."""

    rules: list[Rule]
    cells: int


@dataclass(frozen=True)
class Cell:
    """A rule that may be one: its p, two-sided, and its lift among the later steps alone."""

    rule: Rule
    p: float
    later: float


def find_rules(
    bought: Purchases, items: int, *, order: int, until: int, horizon: int, least: int, cut: int, never: int = NONE
) -> Found:
    """What follows beyond chance, after one or (of order two) after two purchases. Tried are all cells of another item
    than the last one, by at least so many customers, without the item `never`; a rule is one whose lift is above 1
    with a p below 0.05 when all cells are taken together (Holm), and above 1 among the steps after `cut`, too. `until`
    is the day up to which all is known."""
    cells = _cells_of(replace(bought, before=np.full(len(bought), NONE)), items, until, horizon, least, cut, never)
    if order == 2:
        cells += _cells_of(bought.only(bought.before != NONE), items, until, horizon, least, cut, never)
    together = holm([cell.p for cell in cells])
    rules = [
        cell.rule
        for cell, p in zip(cells, together, strict=True)
        if p < 1 - CONFIDENCE and cell.rule.lift > 1 and cell.later > 1
    ]
    return Found(rules, len(cells))


def _cells_of(bought: Purchases, items: int, until: int, horizon: int, least: int, cut: int, never: int) -> list[Cell]:
    steps = bought.followed
    if not len(steps):
        return []
    size = (items + 1) * items * items
    code = codes_of(steps, items)
    order = np.lexsort((steps.gap, code))
    codes, starts, counts = np.unique(code[order], return_index=True, return_counts=True)
    gaps, customers = steps.gap[order], _customers(code, steps.customer, size)
    states = np.bincount(code // items, minlength=size // items)
    pairs = np.bincount(steps.last * items + steps.next, minlength=items * items).reshape(items, items)
    old = bought.only(bought.day <= until - horizon)
    seen = np.bincount((old.before + 1) * items + old.last, minlength=size // items)
    hits = np.bincount(codes_of(old.only((old.next != NONE) & (old.gap <= horizon)), items), minlength=size)
    lifts, errors = lifts_of(code, steps, items)
    later = _later_lifts(code, steps, items, cut)
    found = []
    for at, (one, start, count) in enumerate(zip(codes.tolist(), starts.tolist(), counts.tolist(), strict=True)):
        state, following = divmod(one, items)
        before, last = divmod(state, items)
        is_never = never != NONE and never in (before - 1, last, following)
        if following == last or is_never or customers[one] < least:
            continue
        occasions, known, after = int(states[state]), int(seen[state]), int(pairs[following].sum())
        value, error = float(lifts[at]), float(errors[at])
        width = math.exp(NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) * error)
        rule = Rule(
            before - 1, last, following, count, occasions, int(customers[one]), count / occasions, value,
            value / width, value * width, float(np.median(gaps[start : start + count])), known,
            wilson(int(hits[one]) / known, known)[0] if known else 0.0,
            None if before else (int(pairs[following, last]) / after if after else 0.0),
        )  # fmt: skip
        p = math.erfc(abs(math.log(value)) / error / math.sqrt(2)) if error else 1.0
        found.append(Cell(rule, p, float(later[at])))
    return found


def lifts_of(code: Ints, steps: Purchases, items: int) -> tuple[Floats, Floats]:
    """Of each code that occurs: how many times as often its item follows as after anything, x N / (n y), and the
    standard error of its logarithm by the delta method. The steps of a customer vary as one: the variance is the sum
    over customers of (x_c / x - n_c / n - y_c / y + N_c / N) squared, multiplied out; but never less than that of steps
    that know nothing of each other."""
    _, who = np.unique(steps.customer, return_inverse=True)
    people = int(who.max()) + 1
    codes, cell = np.unique(code, return_inverse=True)
    states, state = np.unique(code // items, return_inverse=True)
    item, everything, total = steps.next, np.bincount(who)[who], len(steps)

    def own(group: Ints) -> Ints:
        """By step: how many steps of its customer are in its group."""
        _, place, count = np.unique(group.astype(np.int64) * people + who, return_inverse=True, return_counts=True)
        return count[place]

    x, n, y = np.bincount(cell), np.bincount(state), np.bincount(item, minlength=items)
    own_x, own_n, own_y = own(cell), own(state), own(item)
    ny = np.stack(
        [
            np.bincount(state, weights=np.bincount(who[item == one], minlength=people)[who], minlength=len(states))
            for one in range(items)
        ],
        axis=1,
    )
    s, b = np.searchsorted(states, codes // items), codes % items
    of_y = np.bincount(item, weights=own_y, minlength=items), np.bincount(item, weights=everything, minlength=items)
    n, y = n[s], y[b]
    by_customer = (
        np.bincount(cell, weights=own_x) / x**2
        + np.bincount(state, weights=own_n)[s] / n**2
        + of_y[0][b] / y**2
        + everything.sum() / total**2
        - 2 * np.bincount(cell, weights=own_n) / (x * n)
        - 2 * np.bincount(cell, weights=own_y) / (x * y)
        + 2 * np.bincount(cell, weights=everything) / (x * total)
        + 2 * ny[s, b] / (n * y)
        - 2 * np.bincount(state, weights=everything)[s] / (n * total)
        - 2 * of_y[1][b] / (y * total)
    )
    value = x * total / (n * y)
    by_step = 1 / x - 1 / n - 1 / y + (2 * value - 1) / total
    return value, np.sqrt(np.maximum(np.maximum(by_customer, by_step), 0))


def _later_lifts(code: Ints, steps: Purchases, items: int, cut: int) -> Floats:
    """The lift of each code that occurs among the steps after `cut` alone, 0 where it does not occur there."""
    codes, is_later = np.unique(code), steps.next_day > cut
    later = code[is_later]
    x = np.bincount(np.searchsorted(codes, later), minlength=len(codes))
    states = np.bincount(later // items, minlength=int(codes[-1]) // items + 1)[codes // items]
    totals = np.bincount(later % items, minlength=items)[codes % items]
    return np.where(x > 0, x * len(later) / np.maximum(states * totals, 1), 0.0)


def chances_left(bought: Purchases, rule: Rule, *, until: int, horizon: int) -> Floats:
    """By days since the purchase (from 0 to the horizon - 1): the low end (Wilson, 95 %) of the share that the rule's
    item followed within the horizon, of such purchases, as old as that, that nothing had followed by then."""
    fits = (bought.last == rule.last) & (bought.day <= until - horizon)
    if rule.before != NONE:
        fits &= bought.before == rule.before
    old = bought.only(fits)
    told = old.only((old.next != NONE) & (old.gap <= horizon))
    ended = np.cumsum(np.bincount(told.gap, minlength=horizon + 1))[:horizon]
    hits = np.cumsum(np.bincount(told.gap[told.next == rule.next], minlength=horizon + 1))
    waiting, coming = len(old) - ended, hits[-1] - hits[:horizon]
    return np.array(
        [
            wilson(hit / left, left)[0] if left else 0.0
            for hit, left in zip(coming.tolist(), waiting.tolist(), strict=True)
        ]
    )


def _customers(code: Ints, customer: Ints, size: int) -> Ints:
    """How many different customers stand behind each code."""
    _, place = np.unique(customer, return_inverse=True)
    pairs = np.unique(code.astype(np.int64) * (int(place.max()) + 1) + place)
    return np.bincount(pairs // (int(place.max()) + 1), minlength=size)


def best_rules(rules: list[Rule]) -> dict[tuple[int, int], Rule]:
    """By (before, last) the rule with the largest share; (`NONE`, last) is for where two say nothing."""
    found: dict[tuple[int, int], Rule] = {}
    for rule in sorted(rules, key=lambda one: (-one.share, -one.lift, one.next)):
        found.setdefault((rule.before, rule.last), rule)
    return found
