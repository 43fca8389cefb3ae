"""Sequence selling: what customers buy next, read from the order in which they buy.

A purchase is a day of a customer on which products were bought; all of a day stands for the item of the largest net
amount. An item is a family of products, or a product that has no family; beyond the MOST_ITEMS that are bought most the
rest is one item that is never offered. A step is a purchase with the next one of the same customer. Chains of order one
and two (`mathematics.sequences`) are learned from the earlier four fifths of the steps, of those to another item, and
tried on the latest fifth. Only where a chain beats the simple share of each item, the customer's own habit and itself
without order there (95 % interval over customers), the rules of all steps (`mathematics.sequence_rules`) put an item in
line for each customer whose last purchases, within the horizon, they fit. Archived customers are counted, merged and
erased ones left out.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext_noop as _
from psycopg import sql

from analytics.mathematics import sequence_rules, sequences
from analytics.mathematics.sequence_rules import Rule
from analytics.mathematics.sequences import NONE, Floats, Ints, Purchases, TooFew, Trial
from analytics.models import ModelRun, NextScore
from analytics.statements import day, drop_tables, execute, read_columns, rows_of, write_columns
from analytics.steps import StepResult
from analytics.steps.defaults import SEQUENCE_HORIZON
from analytics.steps.items import ITEM
from analytics.swapping import hold, rebuild
from crm.jobs import Progress
from crm.templatetags.figures import full_day, number

HORIZON_DAYS = SEQUENCE_HORIZON
LEAST_STEPS, LEAST_CUSTOMERS = 500, 20
MOST_ITEMS, MOST_KEPT = 60, 2_000
PARTS = 5
EPOCH = dt.date(1970, 1, 1)
TABLE = NextScore._meta.db_table
FRESH = f"{TABLE}_fresh"
NAMES_SQL = sql.SQL("SELECT DISTINCT {item} FROM orders_product AS p ORDER BY 1").format(item=ITEM)
# the item of the largest amount of each day; amounts in the company's currency
DAYS_SQL = sql.SQL("""
SELECT DISTINCT ON (contact_id, ordered_on) contact_id::int8, (ordered_on - DATE '1970-01-01')::int4, item::int4
FROM (
    SELECT o.contact_id, o.ordered_on, coded.place AS item,
           sum(coalesce(l.amount * o.base_amount / nullif(o.amount, 0), 0)) AS spent
    FROM orders_order AS o
    JOIN orders_orderline AS l ON l.order_id = o.id AND coalesce(l.quantity, 1) > 0
    JOIN orders_product AS p ON p.id = l.product_id
    JOIN unnest({names}::text[]) WITH ORDINALITY AS coded (name, place) ON coded.name = {item}
    WHERE o.contact_id IS NOT NULL AND o.is_purchase AND o.ordered_on <= {as_of}
    GROUP BY 1, 2, 3
) AS bought
ORDER BY contact_id, ordered_on, spent DESC, item
""")
ALL_DAYS_SQL = sql.SQL("""
SELECT count(*) FROM (
    SELECT DISTINCT contact_id, ordered_on FROM orders_order
    WHERE contact_id IS NOT NULL AND is_purchase AND ordered_on <= {as_of}
) AS days
""")
# the product of each item that was bought most in two years, of those that are offered
PRODUCTS_SQL = sql.SQL("""
SELECT DISTINCT ON (item) item, id FROM (
    SELECT {item} AS item, p.id, sum(held.lines) AS lines
    FROM orders_product AS p JOIN (
        SELECT l.product_id, count(*) AS lines
        FROM orders_order AS o JOIN orders_orderline AS l ON l.order_id = o.id AND coalesce(l.quantity, 1) > 0
        WHERE o.contact_id IS NOT NULL AND o.is_purchase AND o.ordered_on <= {as_of} AND o.ordered_on > {as_of} - 730
        GROUP BY l.product_id
    ) AS held ON held.product_id = p.id
    WHERE p.archived_at IS NULL GROUP BY p.id
) AS offered ORDER BY item, lines DESC, id
""")
FRESH_SQL = sql.SQL("CREATE UNLOGGED TABLE {} (contact_id bigint, rule int, last_day int, chance float8)")
FILL_SQL = sql.SQL("""
SELECT f.contact_id, DATE '1970-01-01' + f.last_day AS last_on, {run_id}::bigint AS run_id, {as_of} AS as_of, item,
       before, last, product_id, count, occasions, share, lift, low, high, median_days, f.chance
FROM {fresh} AS f
JOIN jsonb_to_recordset({rules}::jsonb) AS told (
    place int, item text, before text, last text, product_id bigint, count int, occasions int, share float8,
    lift float8, low float8, high float8, median_days int
) ON told.place = f.rule
JOIN contacts_contact AS c ON c.id = f.contact_id AND c.merged_into_id IS NULL AND c.erased_at IS NULL
""")
COUNTS_SQL = sql.SQL("SELECT item, count(*) FROM {} GROUP BY item").format(sql.Identifier(TABLE))
NO_ORDER = _(
    "The order of buying does not tell what is bought next better than how often each is bought: nothing is in line "
    "now."
)
ONLY_HABIT = _(
    "The last purchases tell what is bought next better than how often each is bought, but not surely better than all "
    "that the customer bought so far, or than what goes together either way round: kinds of customers may be all that "
    "they tell. Nothing is in line now."
)
NO_RULES = _("After nothing comes another item more often beyond chance: nothing is in line now.")
TOO_FEW = (
    "There are not enough later purchases to try it on: {tried} of another item, by {customers} customers, after "
    "{cut}; at least {least} by {people} are needed. Nothing is in line now."
)


@dataclass(frozen=True)
class Bought:
    """Purchases with the names of their items; `other` is the item of all that is bought too seldom (`NONE`: none)."""

    purchases: Purchases
    names: list[str]
    other: int


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Learn the order of buying as of the end of `as_of`, try it, and put an item in line for the customers it fits."""
    progress.report(0, PARTS, "Reading what was bought when")
    found = read_bought(as_of)
    ((days,),) = rows_of(ALL_DAYS_SQL.format(as_of=day(as_of)))
    steps = found.purchases.followed
    metrics: dict[str, Any] = {
        "purchases": len(found.purchases), "left_out": int(days) - len(found.purchases),
        "customers": len(np.unique(found.purchases.customer)), "steps": len(steps), "items": found.names,
    }  # fmt: skip
    if len(steps) < LEAST_STEPS:
        few = f"There are {number(len(steps))} purchases after another one: at least {LEAST_STEPS} are needed."
        return _result(as_of, run_id, metrics, [], found, [few])
    progress.report(1, PARTS, "Trying it on the latest fifth")
    trial = sequences.try_out(steps, len(found.names))
    if isinstance(trial, TooFew):
        return _result(as_of, run_id, metrics, [], found, [_too_few(trial)])
    metrics |= _told(trial)
    if not trial.order:
        is_habit = max(trial.gains["one"].low, trial.gains["two"].low) > 0
        return _result(as_of, run_id, metrics, [], found, [ONLY_HABIT if is_habit else NO_ORDER])
    progress.report(2, PARTS, "Finding what follows what")
    told = sequence_rules.find_rules(
        found.purchases, len(found.names), order=trial.order, until=(as_of - EPOCH).days, horizon=HORIZON_DAYS,
        least=LEAST_CUSTOMERS, cut=trial.cut, never=found.other,
    )  # fmt: skip
    metrics["cells"] = told.cells
    progress.report(3, PARTS, "Putting an item in line for each customer")
    result = _result(as_of, run_id, metrics, told.rules, found, [] if told.rules else [NO_RULES])
    progress.report(PARTS, PARTS, "Done")
    return result


def read_bought(as_of: dt.date) -> Bought:
    """What each customer bought on which day, up to a day."""
    names = [name for (name,) in rows_of(NAMES_SQL)]
    asked = DAYS_SQL.format(names=sql.Literal(names), item=ITEM, as_of=day(as_of))
    columns = read_columns(asked, (("contact", "i8"), ("day", "i4"), ("item", "i4")))
    counts = np.bincount(columns["item"] - 1, minlength=len(names)) if names else np.empty(0, np.int64)
    bought = np.flatnonzero(counts)
    most = np.sort(bought[np.argsort(-counts[bought], kind="stable")[:MOST_ITEMS]])
    kept = [names[place] for place in most.tolist()]
    code = np.full(len(names), len(kept))
    code[most] = np.arange(len(kept))
    has_other = len(bought) > len(kept)
    item = code[columns["item"] - 1] if names else np.empty(0, np.int64)
    purchases = sequences.purchases_of(columns["contact"], columns["day"], item)
    return Bought(purchases, [*kept, *(["Other products"] if has_other else [])], len(kept) if has_other else NONE)


def _too_few(trial: TooFew) -> str:
    return TOO_FEW.format(
        tried=number(trial.tried), customers=number(trial.customers), cut=full_day(_date(trial.cut)),
        least=sequences.LEAST_LATER, people=sequences.LEAST_LATER_CUSTOMERS,
    )  # fmt: skip


def _told(trial: Trial) -> dict[str, Any]:
    """The trial as JSON."""
    return {
        "order": trial.order,
        "cut_on": _date(trial.cut).isoformat(),
        "learned": trial.learned,
        "tried": trial.tried,
        "quality": {name: _rounded(asdict(one)) for name, one in trial.quality.items()},
        "gains": {name: _rounded(asdict(one)) for name, one in trial.gains.items()},
        "priors": trial.priors,
    }


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    if not all(math.isfinite(value) for value in values.values() if isinstance(value, float)):
        raise ValueError(f"A figure of the trial is not finite: {values}")
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in values.items()}


def _result(
    as_of: dt.date, run_id: int, metrics: dict[str, Any], rules: Sequence[Rule], found: Bought, said: Sequence[str]
) -> StepResult:
    """Write who has what in line, of what has a product to offer; without rules nobody has."""
    products = dict(rows_of(PRODUCTS_SQL.format(item=ITEM, as_of=day(as_of))))
    best = sequence_rules.best_rules([rule for rule in rules if found.names[rule.next] in products])
    rows = _write(as_of, run_id, found, best, products)
    shown = sorted(rules, key=lambda rule: (-rule.lift * rule.share, rule.last, rule.next))
    metrics |= {
        "in_line": rows,
        "in_line_by_item": dict(rows_of(COUNTS_SQL)),
        "rules": [_in_words(rule, found.names, products) for rule in shown[:MOST_KEPT]],
        "rule_count": len(rules),
        "sentences": list(said),
    }
    days = found.purchases.day
    first, last = (_date(days.min()), _date(days.max())) if len(days) else (None, None)
    return StepResult(rows, {"horizon_days": HORIZON_DAYS}, metrics, first, last)


def _date(number: Any) -> dt.date:
    return EPOCH + dt.timedelta(days=int(number))


def _in_words(rule: Rule, names: Sequence[str], products: Mapping[str, int]) -> dict[str, Any]:
    """A rule with the names of its items, as JSON."""
    item = names[rule.next]
    return {
        "item": item, "before": "" if rule.before == NONE else names[rule.before], "last": names[rule.last],
        "product_id": products.get(item), "count": rule.count, "occasions": rule.occasions,
        "customers": rule.customers, "share": round(rule.share, 6), "lift": round(rule.lift, 4),
        "low": round(rule.low, 4), "high": round(rule.high, 4), "median_days": round(rule.median),
        "seen": rule.seen, "chance": round(rule.chance, 6), "back": None if rule.back is None else round(rule.back, 6),
    }  # fmt: skip


def _write(
    as_of: dt.date, run_id: int, found: Bought, best: Mapping[tuple[int, int], Rule], products: Mapping[str, int]
) -> int:
    """Put the rule of two purchases, or else of the last one alone, onto each customer whose last ones they are, with
    the chance of those who have waited as long. Whose last purchase is older than the horizon waits for nothing."""
    hold(TABLE)
    until, bought = (as_of - EPOCH).days, found.purchases
    newest = bought.only((bought.next == NONE) & (bought.day > until - HORIZON_DAYS))
    rule = _rules_for(newest, {state: place for place, state in enumerate(best)})
    newest, rule = newest.only(rule != NONE), rule[rule != NONE]
    left = [sequence_rules.chances_left(bought, one, until=until, horizon=HORIZON_DAYS) for one in best.values()]
    chances: Floats = np.stack(left) if left else np.empty((0, HORIZON_DAYS))
    fresh = sql.Identifier(FRESH)
    execute(FRESH_SQL.format(fresh))
    columns = {
        "contact_id": newest.customer.astype("i8"),
        "rule": rule.astype("i4"),
        "last_day": newest.day.astype("i4"),
        "chance": chances[rule, until - newest.day],
    }
    write_columns(FRESH, tuple(columns), columns)
    told = [{**_in_words(one, found.names, products), "place": place} for place, one in enumerate(best.values())]
    values = {"run_id": sql.Literal(run_id), "as_of": day(as_of), "rules": sql.Literal(json.dumps(told))}
    rows = rebuild(TABLE, FILL_SQL.format(fresh=fresh, **values))
    drop_tables(FRESH)
    return rows


def _rules_for(newest: Purchases, places: Mapping[tuple[int, int], int]) -> Ints:
    rule = np.full(len(newest), NONE)
    for (before, last), place in sorted(places.items()):  # those of the last one alone come first
        chosen = newest.last == last
        if before != NONE:
            chosen &= newest.before == before
        rule[chosen] = place
    return rule


def sentences(metrics: Mapping[str, Any]) -> Iterator[str]:
    """A run in words."""
    yield f"{number(metrics['steps'])} purchases after another one, by {number(metrics['customers'])} customers."
    if "gains" in metrics:
        one = metrics["gains"]["one"]
        yield (
            f"Log loss of a next purchase {metrics['quality']['one']['loss']:.4f} by the last one, "
            f"{metrics['quality']['base']['loss']:.4f} by how often each is bought: "
            f"{one['mean']:.4f} less ({one['low']:.4f} to {one['high']:.4f})."
        )
    yield f"{number(metrics['rule_count'])} rules; {number(metrics['in_line'])} customers have an item in line."
    yield from metrics["sentences"]


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    return list(sentences(run.metrics))
