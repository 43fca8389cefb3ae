"""What is bought next, given what was bought last: a Markov chain of order one or two, held against simpler guesses.

Items are numbers from 0; a purchase is one day of one customer with one item. The chain is of changes, steps to another
item than the last one: n counts them, and every chance is that of b given that it is not a. Each is that of the counts,
drawn towards the simpler guess as if `prior` more had followed it:

    P0(b|a)    = (n(b) + 1) / (N + items), the same for all a but for its sum over b other than a, which is 1
    P1(b|a)    = (n(a, b) + prior P0(b|a)) / (n(a) + prior)
    P2(b|z, a) = (n(z, a, b) + prior P1(b|a)) / (n(z, a) + prior)

Beside them stands the customer's own habit, of b other than a: (how often they had b + prior P0(b|a)) / (purchases of
others than a so far + prior). And beside each chain one that knows what goes together but no order: its counts are the
mean over all orders of the same items. The priors are chosen and the models are judged forwards in time: learned from
the earlier changes, tried on later ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]
Flags = NDArray[np.bool_]
PRIORS = (1.0, 5.0, 20.0, 100.0)
LATER = 0.2  # of the steps, the latest, that the models are tried on
LEAST_LATER, LEAST_LATER_CUSTOMERS = 100, 20  # without so many the models are not tried
CONFIDENCE = 0.95
NONE = -1


@dataclass(frozen=True)
class Purchases:
    """Purchases in the order of customer and day. `before` and `last` are the items of this one and the one before it
    (`NONE`: there was none), `next` the item that followed (`NONE`: nothing so far) after `gap` days. `owned` is how
    often the customer had had the item that followed, `same` the item of this one (it too), `number` the purchases up
    to this one."""

    customer: Ints
    day: Ints
    before: Ints
    last: Ints
    next: Ints
    gap: Ints
    owned: Ints
    same: Ints
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
    def changes(self) -> Purchases:
        """The steps to another item."""
        return self.only((self.next != NONE) & (self.next != self.last))

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
        same=had + 1,
        number=place + 1,
    )


def _places(is_start: Flags) -> Ints:
    """The place of each row in its group, from 0; groups stand together and begin where it is said."""
    rows = np.arange(len(is_start), dtype=np.int32)
    return rows - np.maximum.accumulate(np.where(is_start, rows, 0))


@dataclass(frozen=True)
class Chain:
    """Chances of another item: `base` and `one` (last, next), `two` (before + 1, last, next); `pair` and `trio` are
    `one` and `two` without order."""

    base: Floats
    one: Floats
    two: Floats
    pair: Floats
    trio: Floats


def learn(steps: Purchases, items: int, priors: Mapping[str, float]) -> Chain:
    """The chain that these changes teach."""
    triples = np.bincount(codes_of(steps, items), minlength=(items + 1) * items * items)
    counts = triples.reshape(items + 1, items, items).astype(np.float64)
    pairs = counts.sum(axis=0)
    base = np.tile((pairs.sum(axis=0) + 1) / (pairs.sum() + items), (items, 1))
    np.fill_diagonal(base, 0)
    base /= base.sum(axis=1, keepdims=True)
    mixed = np.concatenate([_without_order(counts[0])[None], _without_order(counts[1:])])
    one, pair = (_drawn(found, base, priors["one"]) for found in (pairs, _without_order(pairs)))
    return Chain(base, one, _drawn(counts, one, priors["two"]), pair, _drawn(mixed, pair, priors["two"]))


def _drawn(counts: Floats, simpler: Floats, prior: float) -> Floats:
    drawn: Floats = (counts + prior * simpler) / (counts.sum(axis=-1, keepdims=True) + prior)
    return drawn


def _without_order(counts: Floats) -> Floats:
    """Each count as the mean of all orders of its items that a change can have."""
    can = np.broadcast_to(1.0 - np.eye(counts.shape[-1]), counts.shape)
    orders = list(permutations(range(counts.ndim)))
    mean: Floats = sum(counts.transpose(one) for one in orders) / np.maximum(
        sum(can.transpose(one) for one in orders), 1
    )
    return mean * can


def codes_of(steps: Purchases, items: int) -> Ints:
    return ((steps.before + 1) * items + steps.last) * items + steps.next


@dataclass(frozen=True)
class Quality:
    """On changes that the model did not see: mean log loss, and the share whose item was among the first one and three
    that it named (None for a habit, which names nothing)."""

    loss: float
    first: float | None
    three: float | None


@dataclass(frozen=True)
class Gain:
    """By how much the log loss of a change is less than a simpler model's, with its 95 % interval over customers."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Trial:
    """What came of learning from the changes up to `cut` and trying on those after it; `order` is that of the chain
    that is better beyond chance than the simpler ones, than habit and than itself without order, 0 where none is."""

    cut: int
    learned: int
    tried: int
    quality: dict[str, Quality]
    gains: dict[str, Gain]
    priors: dict[str, float]
    order: int


@dataclass(frozen=True)
class TooFew:
    """So many later changes, by so many customers, that nothing can be tried on them."""

    cut: int
    tried: int
    customers: int


def try_out(steps: Purchases, items: int) -> Trial | TooFew:
    """Judge the models on the changes among the latest fifth of the steps; the priors are chosen on the latest fifth of
    those before."""
    cut = _cut(steps)
    earlier, later = (part.changes for part in _parted(steps, cut))
    customers = len(np.unique(later.customer))
    if len(later) < LEAST_LATER or customers < LEAST_LATER_CUSTOMERS:
        return TooFew(cut, len(later), customers)
    priors = choose_priors(*_parted(earlier, _cut(earlier)), items)
    chain = learn(earlier, items, priors)
    losses = losses_of(chain, later, priors["habit"])
    quality = {name: _quality(name, chain, later, losses[name]) for name in ("base", "habit", "one", "two")}
    gains = {
        "one": gain(losses["base"] - losses["one"], later.customer),
        "two": gain(losses["base"] - losses["two"], later.customer),
        "two over one": gain(losses["one"] - losses["two"], later.customer),
        "one over habit": gain(losses["habit"] - losses["one"], later.customer),
        "two over habit": gain(losses["habit"] - losses["two"], later.customer),
        "one over no order": gain(losses["pair"] - losses["one"], later.customer),
        "two over no order": gain(losses["trio"] - losses["two"], later.customer),
    }
    order = int(all(gains[name].low > 0 for name in ("one", "one over habit", "one over no order")))
    if all(gains[name].low > 0 for name in ("two", "two over one", "two over habit", "two over no order")):
        order = 2
    return Trial(cut, len(earlier), len(later), quality, gains, priors, order)


def _parted(steps: Purchases, cut: int) -> tuple[Purchases, Purchases]:
    return steps.only(steps.next_day <= cut), steps.only(steps.next_day > cut)


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
    """The log loss of each change by each model."""
    base = chain.base[steps.last, steps.next]
    own = (steps.owned + habit * base) / (steps.number - steps.same + habit)
    found = {
        "base": base,
        "habit": own,
        "one": chain.one[steps.last, steps.next],
        "two": chain.two[steps.before + 1, steps.last, steps.next],
        "pair": chain.pair[steps.last, steps.next],
        "trio": chain.trio[steps.before + 1, steps.last, steps.next],
    }
    return {name: -np.log(chance) for name, chance in found.items()}


def _quality(name: str, chain: Chain, steps: Purchases, loss: Floats) -> Quality:
    if name == "habit":
        return Quality(float(loss.mean()), None, None)
    chances = {"base": chain.base, "one": chain.one, "two": chain.two}[name]
    ranks = np.argsort(np.argsort(-chances, axis=-1, kind="stable"), axis=-1)
    place = {
        "base": lambda: ranks[steps.last, steps.next],
        "one": lambda: ranks[steps.last, steps.next],
        "two": lambda: ranks[steps.before + 1, steps.last, steps.next],
    }[name]()
    return Quality(float(loss.mean()), float((place < 1).mean()), float((place < 3).mean()))


def gain(differences: Floats, customer: Ints) -> Gain:
    """The mean with its interval by Student's t; the steps of one customer hang together and vary as one."""
    from scipy.special import stdtrit  # noqa: PLC0415  (slow to import, and pages import constants of the step)

    mean = float(differences.mean())
    _, group = np.unique(customer, return_inverse=True)
    sums = np.bincount(group, weights=differences - mean)
    count = len(sums)
    if count < 2:
        return Gain(mean, float("-inf"), float("inf"))
    half = (
        float(stdtrit(count - 1, 0.5 + CONFIDENCE / 2))
        * float(np.sqrt((sums**2).sum() * count / (count - 1)))
        / len(differences)
    )
    return Gain(mean, mean - half, mean + half)
