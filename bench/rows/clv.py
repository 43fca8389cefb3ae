"""Lifetime value: histories into arrays beside the bare SQL, and the fit beside lifetimes (where installed)."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from django.db import connection
from psycopg import sql

from analytics.mathematics import beta_geometric
from analytics.mathematics.fitting import Fit
from analytics.mathematics.histories import compress
from analytics.statements import day
from analytics.steps.purchase_histories import HISTORIES_SQL, read_histories
from bench.base import UNTIL
from bench.measuring import Line, alternate, at_most, beside, timed
from bench.world import World
from crm.demo.process import draw_customers, draw_purchases

WEEKS = 156
PEER = "lifetimes"


def bare(as_of: dt.date) -> None:
    """The same rows, counted where they are made."""
    with connection.cursor() as cursor:
        made = HISTORIES_SQL.format(as_of=day(as_of))
        cursor.execute(sql.SQL("SELECT count(*), sum(money) FROM ({}) AS made").format(made))


def drawn(customers: int) -> tuple[Any, Any, Any]:
    """x, days to the last purchase and to the end, of customers of the demo's process."""
    rng = np.random.default_rng(3)
    bought = draw_purchases(rng, draw_customers(rng, customers, WEEKS), WEEKS)
    once = np.unique(bought.customer * 10_000 + (bought.week * 7).astype(np.int64))
    who, when = once // 10_000, once % 10_000
    first = np.flatnonzero(np.diff(who, prepend=-1))
    last = np.append(first[1:], len(who)) - 1
    return last - first, when[last] - when[first], 7 * WEEKS - 1 - when[first]


def fit(x: Any, last: Any, age: Any) -> Fit:
    """From the arrays, the compression included."""
    return beta_geometric.fit(compress(x, last, age)[0])


def measure(world: World) -> Iterator[Line]:
    """Arrays at most 1.5 times the SQL; a million customers fitted in 10 s; a quarter of the peer's time."""
    as_of = dt.date.fromisoformat(UNTIL)
    found = alternate(
        {"us": partial(timed, partial(read_histories, as_of)), "bare": partial(timed, partial(bare, as_of))}
    )
    what = f"histories of {len(read_histories(as_of)):,} customers to arrays"
    yield beside("clv", what, found["us"], found["bare"], most=1.5, name="bare SQL", unit="s")
    many = drawn(1_000_000)
    yield at_most("clv", "BG/NBD of 1,000,000 customers", timed(partial(fit, *many)), 10, unit="s")
    yield from _beside_peer()


def _beside_peer() -> Iterator[Line]:
    few = drawn(100_000)
    try:
        peer = importlib.import_module(PEER)
    except ImportError:
        seconds = timed(partial(fit, *few))
        yield Line("clv", f"BG/NBD of 100,000 customers ({PEER} is not installed)", f"{seconds:.2f} s")
        return
    x, last, age = few
    theirs = partial(peer.BetaGeoFitter().fit, x, last / 7, age / 7)
    found = alternate({"us": partial(timed, partial(fit, *few)), "peer": partial(timed, theirs)})
    yield beside("clv", "BG/NBD of 100,000 customers", found["us"], found["peer"], most=0.25, name=PEER, unit="s")
    fitter = peer.BetaGeoFitter()
    fitter.fit(x, last / 7, age / 7)
    r, alpha, a, b = (float(fitter.params_[name]) for name in beta_geometric.NAMES)
    other = beta_geometric.BetaGeometric(r, alpha, a, b)
    behind = other.log_likelihood(compress(x, last, age)[0])[0] - fit(x, last, age).log_likelihood
    yield at_most("clv", "log-likelihood behind the peer's", max(behind, 0.0), 0.05)
