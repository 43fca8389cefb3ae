"""Sequence selling: what customers buy next, read from the order in which they buy.

A purchase is a day of a customer on which products were bought; all of a day stands for the item of the largest net
amount. An item is a family of products, or a product that has no family; beyond the MOST_ITEMS that are bought most the
rest is one item that is never offered. A step is a purchase with the next one of the same customer. Chains of order one
and two (`mathematics.sequences`) are learned from the earlier four fifths of the steps and tried on the latest fifth.
Only where a chain beats the simple share of each item there (95 % interval over customers), the rules of all steps put
an item in line for each customer whose last purchases they fit. Archived customers are counted, merged and erased ones
left out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from psycopg import sql

from analytics.mathematics import sequences
from analytics.mathematics.sequences import NONE, Ints, Purchases, Rule, Trial
from analytics.models import ModelRun, NextScore
from analytics.statements import day, drop_tables, execute, read_columns, rows_of, write_columns
from analytics.steps import StepResult
from analytics.steps.defaults import SEQUENCE_HORIZON
from analytics.swapping import hold, rebuild
from crm.jobs import Progress
from crm.templatetags.figures import number

HORIZON_DAYS = SEQUENCE_HORIZON
LEAST_STEPS, LEAST_CUSTOMERS = 500, 20
MOST_ITEMS, MOST_SHOWN = 60, 200
PARTS = 5
EPOCH = dt.date(1970, 1, 1)
TABLE = NextScore._meta.db_table
FRESH = f"{TABLE}_fresh"
ITEM = sql.SQL("coalesce(nullif(p.family, ''), p.name)")
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
FRESH_SQL = sql.SQL("CREATE UNLOGGED TABLE {} (contact_id bigint, rule int, last_day int)")
FILL_SQL = sql.SQL("""
SELECT f.contact_id, DATE '1970-01-01' + f.last_day AS last_on, {run_id}::bigint AS run_id, {as_of} AS as_of, item,
       before, last, product_id, count, occasions, share, lift, low, high, median_days, chance
FROM {fresh} AS f
JOIN jsonb_to_recordset({rules}::jsonb) AS told (
    place int, item text, before text, last text, product_id bigint, count int, occasions int, share float8,
    lift float8, low float8, high float8, median_days int, chance float8
) ON told.place = f.rule
JOIN contacts_contact AS c ON c.id = f.contact_id AND c.merged_into_id IS NULL AND c.erased_at IS NULL
""")
COUNTS_SQL = sql.SQL("SELECT item, count(*) FROM {} GROUP BY item").format(sql.Identifier(TABLE))
NO_ORDER = (
    "The order of buying does not tell what is bought next better than how often each is bought: nothing is in line "
    "now."
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
    metrics |= _told(trial)
    if not trial.order:
        return _result(as_of, run_id, metrics, [], found, [NO_ORDER])
    progress.report(2, PARTS, "Finding what follows what")
    rules = sequences.find_rules(
        found.purchases, len(found.names), order=trial.order, until=(as_of - EPOCH).days, horizon=HORIZON_DAYS,
        least=LEAST_CUSTOMERS,
    )  # fmt: skip
    rules = [rule for rule in rules if found.other not in (rule.next, rule.last, rule.before) or found.other == NONE]
    progress.report(3, PARTS, "Putting an item in line for each customer")
    result = _result(as_of, run_id, metrics, rules, found, [])
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
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in values.items()}


def _result(
    as_of: dt.date, run_id: int, metrics: dict[str, Any], rules: Sequence[Rule], found: Bought, said: Sequence[str]
) -> StepResult:
    """Write who has what in line; without rules nobody has."""
    best = sequences.best_rules(list(rules))
    products = dict(rows_of(PRODUCTS_SQL.format(item=ITEM, as_of=day(as_of))))
    told = {state: _in_words(rule, found.names, products) for state, rule in best.items()}
    rows = _write(as_of, run_id, found.purchases, told)
    shown = sorted(rules, key=lambda rule: (-rule.lift * rule.share, rule.last, rule.next))
    metrics |= {
        "in_line": rows,
        "in_line_by_item": dict(rows_of(COUNTS_SQL)),
        "rules": [_in_words(rule, found.names, products) for rule in shown[:MOST_SHOWN]],
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


def _write(as_of: dt.date, run_id: int, bought: Purchases, told: Mapping[tuple[int, int], dict[str, Any]]) -> int:
    """Put the rule of two purchases, or else of the last one alone, onto each customer whose last ones they are."""
    hold(TABLE)
    places = {state: place for place, state in enumerate(told)}
    newest = bought.only(bought.next == NONE)
    rule = _rules_for(newest, places)
    fits = rule != NONE
    fresh = sql.Identifier(FRESH)
    execute(FRESH_SQL.format(fresh))
    columns = {
        "contact_id": newest.customer[fits].astype("i8"),
        "rule": rule[fits].astype("i4"),
        "last_day": newest.day[fits].astype("i4"),
    }
    write_columns(FRESH, ("contact_id", "rule", "last_day"), columns)
    rules = json.dumps([{**one, "place": place} for place, one in enumerate(told.values())])
    values = {"run_id": sql.Literal(run_id), "as_of": day(as_of), "rules": sql.Literal(rules)}
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
