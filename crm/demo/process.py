"""How the demo's customers buy: till they die (BG/NBD), for amounts of their own (Gamma-Gamma).

The truth behind the demo's orders, for tests of the models that are fitted to them:

- Each customer buys first at a moment that is uniform over the period. After it, purchases follow at exponential
  intervals of rate lambda a week, lambda ~ Gamma(r = 1.0, rate alpha = 8.0): on average one in eight weeks.
- After every repeat purchase (not after the first) the customer is lost for good with probability p,
  p ~ Beta(a = 0.8, b = 4.0).
- A purchase is worth z ~ Gamma(p = 5.0, rate nu) euros, nu ~ Gamma(q = 3.5, rate v = 80.0), independent of how often
  the customer buys: on average p v / (q - 1) = 160 euros. Worths are rounded to cents and are at least 1 euro.
- There is no season, no trend, no weekday and no influence of anything else, so that the process stays true; 3 % of
  the purchases are followed by a return, an order of its own with negative lines, which changes nothing of the above.

Sources: Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way; Fader, Hardie (2013), The Gamma-Gamma Model
of Monetary Value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Parameters:
    """The parameters named above; time in weeks, money in the company's currency."""

    r: float = 1.0
    alpha: float = 8.0
    a: float = 0.8
    b: float = 4.0
    p: float = 5.0
    q: float = 3.5
    v: float = 80.0


TRUTH = Parameters()


@dataclass(frozen=True)
class Customers:
    """What is true of each of n customers and unknown to the company; arrays of length n."""

    rate: Floats  # purchases a week while alive
    dropout: Floats  # probability of being lost after a repeat purchase
    worth: Floats  # nu of the Gamma-Gamma; the customer's mean purchase is p / nu
    first_week: Floats  # of the first purchase, from the start of the period

    @property
    def mean_worth(self) -> Floats:
        """The customer's mean purchase, in money."""
        return TRUTH.p / self.worth


@dataclass(frozen=True)
class Purchases:
    """Purchases in the order of customers and, within a customer, of time."""

    customer: Ints  # index into the customers
    week: Floats  # from the start of the period
    cents: Ints


def draw_customers(rng: np.random.Generator, n: int, weeks: float, truth: Parameters = TRUTH) -> Customers:
    """`n` customers whose first purchases are spread over `weeks`."""
    return Customers(
        rate=rng.gamma(truth.r, 1 / truth.alpha, n),
        dropout=rng.beta(truth.a, truth.b, n),
        worth=rng.gamma(truth.q, 1 / truth.v, n),
        first_week=rng.uniform(0, weeks, n),
    )


def draw_purchases(
    rng: np.random.Generator, customers: Customers, weeks: float, truth: Parameters = TRUTH
) -> Purchases:
    """Every purchase of the customers before the end of the period of `weeks`."""
    customer, week = _moments(rng, customers, weeks)
    order = np.lexsort((week, customer))
    customer, week = customer[order], week[order]
    money = rng.gamma(truth.p, 1 / customers.worth[customer])
    return Purchases(customer, week, np.maximum(np.rint(money * 100).astype(np.int64), 100))


def _moments(rng: np.random.Generator, customers: Customers, weeks: float) -> tuple[Ints, Floats]:
    """Purchase by purchase for all who are still alive: customer and week, unsorted."""
    alive = np.arange(len(customers.rate), dtype=np.int64)
    week = customers.first_week.copy()
    who, when = [alive], [week.copy()]
    while len(alive):
        week[alive] += rng.exponential(1.0, len(alive)) / customers.rate[alive]
        alive = alive[week[alive] < weeks]
        who.append(alive)
        when.append(week[alive])
        alive = alive[rng.random(len(alive)) >= customers.dropout[alive]]
    return np.concatenate(who), np.concatenate(when)
