"""The profile of the best customers: a shallow tree to read, of what was known of each before the first purchase.

The best are the tenth with the most money a year since their first purchase (as for prospects). The facts are those of
`prospect_rows`: nothing that a purchase brings. Grown, pruned and judged by `mathematics.profiling`; every customer is
put into its leaf. Where the pruning leaves one leaf, or what is told out of fold is no better than by lot, the run says
so.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from analytics.mathematics.profiling import Node, Profile, answers, profile
from analytics.mathematics.quality import auc_with_interval, brier, log_loss
from analytics.models import ModelRun, ProfileScore
from analytics.profile.words import question_in_words, rule_in_words
from analytics.statements import copy_text, drop_tables, execute
from analytics.steps import StepResult
from analytics.steps.prospect_rows import facts_of, worth_of
from analytics.steps.prospects import best_of, silent
from analytics.swapping import hold, rebuild
from crm.intervals import share_interval
from crm.jobs import Progress

FEWEST_CUSTOMERS = 200
MOST_LEARNED_FROM = 20_000
SEED, PARTS = 42, 4
TABLE = ProfileScore._meta.db_table
FRESH = f"{TABLE}_fresh"
FRESH_SQL = sql.SQL("CREATE UNLOGGED TABLE {} (contact_id bigint, leaf int)")
FILL_SQL = sql.SQL("""
SELECT f.contact_id, l.rule, l.share, {run_id}::bigint AS run_id, {as_of}::date AS as_of
FROM {fresh} f JOIN (
  SELECT (ordinality - 1)::int AS place, one ->> 0 AS rule, (one ->> 1)::float8 AS share
  FROM jsonb_array_elements({leaves}::jsonb) WITH ORDINALITY AS e (one, ordinality)
) l ON l.place = f.leaf
""")
NOTHING = (
    "What is known of customers before their first purchase does not tell the best from the others: whatever is asked, "
    "pruning takes every question away again. There is no tree now."
)
DOUBT = (
    "Of customers that it did not see, the tree tells the best from the others no better than by lot (the interval of "
    "the AUC holds 0.5): take it as a hint of where to look."
)


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Grow the tree of the customers as of the end of `as_of`, and put each customer into its leaf."""
    progress.report(0, PARTS, "Reading customers as they were before they bought")
    customers, worth = worth_of(as_of)
    if len(customers) < FEWEST_CUSTOMERS:
        few = f"There are {len(customers):,} customers: at least {FEWEST_CUSTOMERS} are needed. There is no tree now."
        return _without(run_id, as_of, len(customers), [few])
    best, least_worth = best_of(worth)
    everybody, said = facts_of(as_of, customers)
    features = everybody.features.without(silent(everybody.features))
    some = _some(len(customers))
    progress.report(1, PARTS, "Growing and pruning the tree")
    found = profile(features.take(some), best[some])
    if found.tree.question is None:
        return _without(run_id, as_of, len(customers), [NOTHING, *said])
    progress.report(2, PARTS, "Putting customers into the leaves")
    places = answers(found.tree, features)
    leaves = [
        _leaf(rule_in_words(path, everybody.labels), best[places == place])
        for place, (_, path) in enumerate(found.tree.leaves())
    ]
    rows = _write(run_id, as_of, everybody.contacts, places, leaves)
    metrics = {
        **figures(found, best[some]),
        "customers": len(customers),
        "learned_from": len(some),
        "n_best": int(best.sum()),
        "least_worth": round(least_worth, 2),
        "tree": _drawn(found.tree, everybody.labels, iter(leaves)),
        "leaves": leaves,
        "features": {name: everybody.labels[name] for name in features.names},
    }
    doubt = [] if metrics["auc_low"] > 0.5 else [DOUBT]
    progress.report(PARTS, PARTS, "Done")
    return StepResult(rows, {}, {**metrics, "sentences": [*doubt, *said]}, data_to=as_of)


def figures(found: Profile, best: NDArray[np.int64]) -> dict[str, Any]:
    """How well the tree tells out of fold, beside the share of all alone."""
    area, low, high = auc_with_interval(best, found.predicted)
    told = {
        "auc": area, "auc_low": low, "auc_high": high,
        "brier": brier(best, found.predicted), "baseline_brier": brier(best, found.base),
        "log_loss": log_loss(best, found.predicted), "baseline_log_loss": log_loss(best, found.base),
    }  # fmt: skip
    return {name: round(float(value), 6) for name, value in told.items()} | {
        "least_leaf": found.least,
        "losses": {str(leaves): loss for leaves, loss in sorted(found.losses.items())},
        "leaf_count": sum(1 for _ in found.tree.leaves()),
    }


def _leaf(rule: str, best: NDArray[np.int64]) -> dict[str, Any]:
    """A leaf as the page shows it: its rule, customers, best ones, share and its interval (Wilson, 95 %)."""
    count, hits = len(best), int(best.sum())
    low, high = share_interval(hits, count)
    share = hits / count if count else 0.0
    return {"rule": rule, "count": count, "best": hits, "share": share, "low": low, "high": high}


def _drawn(node: Node, labels: Mapping[str, str], leaves: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """The tree as JSON: a question with what follows on yes and no, or a leaf; of all customers."""
    if node.question is None or node.yes is None or node.no is None:
        return next(leaves)
    asked = question_in_words(node.question, labels.get(node.question.feature, node.question.feature))
    yes, no = _drawn(node.yes, labels, leaves), _drawn(node.no, labels, leaves)
    count, hits = yes["count"] + no["count"], yes["best"] + no["best"]
    share = hits / count if count else 0.0
    return {"question": asked, "yes": yes, "no": no, "count": count, "best": hits, "share": share}


def _some(count: int) -> NDArray[np.int64]:
    """Places of the customers that the tree is grown from: all, or as many as take a minute, by lot."""
    if count <= MOST_LEARNED_FROM:
        return np.arange(count)
    return np.sort(np.random.default_rng(SEED).choice(count, MOST_LEARNED_FROM, replace=False))


def _without(run_id: int, as_of: dt.date, customers: int, sentences: list[str]) -> StepResult:
    """Nobody is in a leaf: there is no tree."""
    rows = _write(run_id, as_of, np.empty(0, np.int64), np.empty(0, np.int64), [])
    return StepResult(rows, {}, {"customers": customers, "sentences": sentences}, data_to=as_of)


def _write(
    run_id: int,
    as_of: dt.date,
    contacts: NDArray[np.int64],
    places: NDArray[np.int64],
    leaves: list[dict[str, Any]],
) -> int:
    hold(TABLE)
    fresh = sql.Identifier(FRESH)
    execute(FRESH_SQL.format(fresh))
    lines = (f"{contact}\t{place}\n" for contact, place in zip(contacts.tolist(), places.tolist(), strict=True))
    copy_text(FRESH, lines)
    told = json.dumps([[leaf["rule"], leaf["share"]] for leaf in leaves])
    values = {"run_id": sql.Literal(run_id), "as_of": sql.Literal(as_of), "leaves": sql.Literal(told)}
    rows = rebuild(TABLE, FILL_SQL.format(fresh=fresh, **values))
    drop_tables(FRESH)
    return rows


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    found = run.metrics
    if "tree" not in found:
        return list(found.get("sentences", ()))
    between = f"{found['auc_low']:.3f} to {found['auc_high']:.3f}"
    return [
        f"{found['customers']:,} customers in {found['leaf_count']} leaves.",
        f"AUC out of fold {found['auc']:.3f} ({between}), by lot 0.5.",
        *(f"{leaf['rule']}: {leaf['best']:,} of {leaf['count']:,} are among the best." for leaf in found["leaves"]),
        *found.get("sentences", ()),
    ]
