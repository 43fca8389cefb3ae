"""What is bought next, given what was bought last: a Markov chain of order one or two, held against simpler guesses.

Items are numbers from 0; a purchase is one day of one customer with one item. Each chance is that of the counts, drawn
towards the simpler guess as if `prior` more had followed it:

    P0(b)      = (n(b) + 1) / (N + items)
    P1(b|a)    = (n(a, b) + prior P0(b)) / (n(a) + prior)
    P2(b|z, a) = (n(z, a, b) + prior P1(b|a)) / (n(z, a) + prior)

Beside them stands the customer's own habit: (how often they had b + prior P0(b)) / (their purchases so far + prior).
The priors are chosen and the models are judged forwards in time: learned from the earlier steps, tried on later ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.mathematics.comparing import lift
from crm.intervals import wilson

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
Flags = NDArray[np.bool_]
PRIORS = (1.0, 5.0, 20.0, 100.0)
LATER = 0.2  # of the steps, the latest, that the models are tried on
SURE = 1.959964
NONE = -1


@dataclass(frozen=True)
class Purchases:
    """Purchases in the order of customer and day. `before` and `last` are the items of this one and the one before it
    (`NONE`: there was none), `next` the item that followed (`NONE`: nothing so far) after `gap` days. `owned` is how
    often the customer had had the item that followed, `number` the purchases up to this one."""

    customer: Ints
    day: Ints
    before: Ints
    last: Ints
    next: Ints
    gap: Ints
    owned: Ints
    number: Ints

    def __len__(self) -> int:
        return len(self.customer)

    def only(self, chosen: Flags) -> Purchases:
        return Purchases(**{name: values[chosen] for name, values in vars(self).items()})

    @property
    def followed(self) -> Purchases:
        """The steps: purchases that another one followed."""
        return self.only(self.next != NONE)

    @property
    def next_day(self) -> Ints:
        return self.day + self.gap


def purchases_of(customer: Ints, day: Ints, item: Ints) -> Purchases:
    """One row for each customer and day, in any order."""
    order = np.lexsort((day, customer))
    customer, day, item = customer[order], day[order].astype(np.int32), item[order].astype(np.int32)
    count = len(customer)
    is_first = np.ones(count, np.bool_)
    is_first[1:] = customer[1:] != customer[:-1]
    is_last = np.ones(count, np.bool_)
    is_last[:-1] = is_first[1:]
    following = np.where(is_last, NONE, np.roll(item, -1))
    place = _places(is_first)
    by_item = np.lexsort((day, item, customer))
    is_new = np.ones(count, np.bool_)
    is_new[1:] = (customer[by_item][1:] != customer[by_item][:-1]) | (item[by_item][1:] != item[by_item][:-1])
    had = np.empty(count, np.int32)
    had[by_item] = _places(is_new)
    return Purchases(
        customer=customer,
        day=day,
        before=np.where(is_first, NONE, np.roll(item, 1)),
        last=item,
        next=following,
        gap=np.where(is_last, 0, np.roll(day, -1) - day),
        owned=np.where(is_last, 0, np.roll(had, -1)),
        number=place + 1,
    )


def _places(is_start: Flags) -> Ints:
    """The place of each row in its group, from 0; groups stand together and begin where it is said."""
    rows = np.arange(len(is_start), dtype=np.int32)
    return rows - np.maximum.accumulate(np.where(is_start, rows, 0))


@dataclass(frozen=True)
class Chain:
    """Chances of all items: `base` (items), `one` (last, next), `two` (before + 1, last, next)."""

    base: Floats
    one: Floats
    two: Floats


def learn(steps: Purchases, items: int, priors: Mapping[str, float]) -> Chain:
    """The chain that these steps teach."""
    triples = np.bincount(_codes(steps, items), minlength=(items + 1) * items * items)
    counts = triples.reshape(items + 1, items, items).astype(np.float64)
    pairs = counts.sum(axis=0)
    base = (pairs.sum(axis=0) + 1) / (pairs.sum() + items)
    one = (pairs + priors["one"] * base) / (pairs.sum(axis=1, keepdims=True) + priors["one"])
    two = (counts + priors["two"] * one) / (counts.sum(axis=2, keepdims=True) + priors["two"])
    return Chain(base, one, two)


def _codes(steps: Purchases, items: int) -> Ints:
    return ((steps.before + 1) * items + steps.last) * items + steps.next


@dataclass(frozen=True)
class Quality:
    """On steps that the model did not see: mean log loss, and the share whose item was among the first one and three
    that it named (None for a habit, which names nothing)."""

    loss: float
    first: float | None
    three: float | None


@dataclass(frozen=True)
class Gain:
    """By how much the log loss of a step is less than a simpler model's, with its 95 % interval over customers."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Trial:
    """What came of learning from the steps before `cut` and trying on those after it; `order` is that of the chain that
    is better than the simpler ones beyond chance, 0 where none is."""

    cut: int
    learned: int
    tried: int
    quality: dict[str, Quality]
    gains: dict[str, Gain]
    priors: dict[str, float]
    order: int


def try_out(steps: Purchases, items: int) -> Trial:
    """Judge the models on the latest fifth of the steps; the priors are chosen on the latest fifth of those before."""
    cut = _cut(steps)
    earlier, later = steps.only(steps.next_day <= cut), steps.only(steps.next_day > cut)
    inner = _cut(earlier)
    priors = choose_priors(earlier.only(earlier.next_day <= inner), earlier.only(earlier.next_day > inner), items)
    chain = learn(earlier, items, priors)
    losses = losses_of(chain, later, priors["habit"])
    quality = {name: _quality(name, chain, later, loss) for name, loss in losses.items()}
    gains = {
        "one": gain(losses["base"] - losses["one"], later.customer),
        "two": gain(losses["base"] - losses["two"], later.customer),
        "two over one": gain(losses["one"] - losses["two"], later.customer),
        "one over habit": gain(losses["habit"] - losses["one"], later.customer),
    }
    order = int(gains["one"].low > 0)
    if gains["two"].low > 0 and gains["two over one"].low > 0:
        order = 2
    return Trial(cut, len(earlier), len(later), quality, gains, priors, order)


def _cut(steps: Purchases) -> int:
    """The day after which the latest steps lie."""
    return int(np.quantile(steps.next_day, 1 - LATER, method="lower")) if len(steps) else 0


def choose_priors(earlier: Purchases, later: Purchases, items: int) -> dict[str, float]:
    """The priors with the least log loss on the later steps; the middle ones where there are none."""
    chosen = dict.fromkeys(("one", "two", "habit"), PRIORS[2])
    if not len(later):
        return chosen
    for name in chosen:  # that of `two` rests on that of `one`
        found = {}
        for prior in PRIORS:
            tried = chosen | {name: prior}
            chain = learn(earlier, items, tried)
            found[prior] = float(losses_of(chain, later, tried["habit"])[name].mean())
        chosen[name] = min(found, key=lambda prior: found[prior])
    return chosen


def losses_of(chain: Chain, steps: Purchases, habit: float) -> dict[str, Floats]:
    """The log loss of each step by each model."""
    base = chain.base[steps.next]
    own = (steps.owned + habit * base) / (steps.number + habit)
    one = chain.one[steps.last, steps.next]
    two = chain.two[steps.before + 1, steps.last, steps.next]
    return {name: -np.log(found) for name, found in (("base", base), ("habit", own), ("one", one), ("two", two))}


def _quality(name: str, chain: Chain, steps: Purchases, loss: Floats) -> Quality:
    if name == "habit":
        return Quality(float(loss.mean()), None, None)
    chances = {"base": chain.base, "one": chain.one, "two": chain.two}[name]
    ranks = np.argsort(np.argsort(-chances, axis=-1, kind="stable"), axis=-1)
    place = {
        "base": lambda: ranks[steps.next],
        "one": lambda: ranks[steps.last, steps.next],
        "two": lambda: ranks[steps.before + 1, steps.last, steps.next],
    }[name]()
    return Quality(float(loss.mean()), float((place < 1).mean()), float((place < 3).mean()))


def gain(differences: Floats, customer: Ints) -> Gain:
    """The mean with its interval; the steps of one customer hang together and vary as one."""
    mean = float(differences.mean())
    _, group = np.unique(customer, return_inverse=True)
    sums = np.bincount(group, weights=differences - mean)
    count = len(sums)
    if count < 2:
        return Gain(mean, float("-inf"), float("inf"))
    half = SURE * float(np.sqrt((sums**2).sum() * count / (count - 1))) / len(differences)
    return Gain(mean, mean - half, mean + half)


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


def find_rules(bought: Purchases, items: int, *, order: int, until: int, horizon: int, least: int) -> list[Rule]:
    """What follows beyond chance, after one or (of order two) after two purchases: another item than the last one, by
    at least so many customers, with a lift whose interval lies above 1. `until` is the day up to which all is known."""
    found = _rules_of(replace(bought, before=np.full(len(bought), NONE)), items, until, horizon, least)
    if order < 2:
        return found
    of_two = _rules_of(bought.only(bought.before != NONE), items, until, horizon, least)
    return found + of_two


def _rules_of(bought: Purchases, items: int, until: int, horizon: int, least: int) -> list[Rule]:
    steps = bought.followed
    if not len(steps):
        return []
    size = (items + 1) * items * items
    code = _codes(steps, items)
    order = np.lexsort((steps.gap, code))
    codes, starts, counts = np.unique(code[order], return_index=True, return_counts=True)
    gaps, customers = steps.gap[order], _customers(code, steps.customer, size)
    states = np.bincount(code // items, minlength=size // items)
    totals = np.bincount(steps.next, minlength=items)
    pairs = np.bincount(steps.last * items + steps.next, minlength=items * items).reshape(items, items)
    old = bought.only(bought.day <= until - horizon)
    seen = np.bincount((old.before + 1) * items + old.last, minlength=size // items)
    hits = np.bincount(_codes(old.only((old.next != NONE) & (old.gap <= horizon)), items), minlength=size)
    found = []
    for one, start, count in zip(codes.tolist(), starts.tolist(), counts.tolist(), strict=True):
        state, following = divmod(one, items)
        before, last = divmod(state, items)
        if following == last or customers[one] < least:
            continue
        occasions, known, after = int(states[state]), int(seen[state]), int(pairs[following].sum())
        value, low, high = lift(count, occasions, int(totals[following]), len(steps))
        if low <= 1:
            continue
        found.append(
            Rule(
                before - 1, last, following, count, occasions, int(customers[one]), count / occasions, value, low, high,
                float(np.median(gaps[start : start + count])), known,
                wilson(int(hits[one]) / known, known)[0] if known else 0.0,
                None if before else (int(pairs[following, last]) / after if after else 0.0),
            )
        )  # fmt: skip
    return found


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
