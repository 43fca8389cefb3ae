"""Selling alerts: what a customer may buy next, what would suit them and us better, and who drifts away.

Cross-sell: products of different families that go together more often than by chance (lift whose 95 % interval lies
above 1, of at least LEAST_PAIRS customers who have both); the chance is the low end of the share of those who have the
one that have the other. Up-sell: of a family, to a product that costs at least 15 % more, where so many who began with
the one went on to the other. Switch-sell: of a family, to one that costs about the same and leaves at least five points
more. Sequence-sell: what the step `sequence` puts in line for who bought within 90 days. Drift: days since the last
purchase beyond nine in ten of the waits that BG/NBD predicts for this very customer.
Falling margin: of the last half year's revenue at least five points less is left than of the year before, by more than
what the customer's own orders vary by (95 % interval of the difference of two ratios, each order weighing its revenue).

What is worth most waits first: at most MOST_WAITING of a kind for each person. One in ten is held back, drawn by a hash
of customer, kind, product and day, and seen by nobody: what those customers buy is what the others would have bought
anyway."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from analytics.choices import AlertKind
from analytics.mathematics.comparing import lift
from analytics.models import ClvScore, ModelRun, NextScore
from analytics.statements import analyze_table, day, drop_tables, execute, rows_of
from analytics.steps import StepResult
from analytics.steps import alert_sql as texts
from analytics.steps.order_money import cost_in_base
from crm.intervals import wilson
from crm.jobs import Progress
from crm.templatetags.figures import full_day, number

PARTS = 6
HORIZON_DAYS = 90  # within which what was offered is bought, or the alert is over
REST_DAYS = 180  # before the same thing is told of the same customer again
MOST_WAITING = 5  # of each kind, for each person
MOST_OF_PRODUCT = 3  # of them
LEAST_WORTH = 0.02  # of what a line of an order usually comes to: less is not worth a call
MOST_PRODUCTS, MOST_RULES = 200, 300
LEAST_PAIRS, LEAST_MOVERS = 20, 5
DEARER, MOST_DEARER = 1.15, 3.0
SAME_PRICE = (0.85, 1.15)
BETTER_MARGIN = 0.05
RECENT_DAYS = 180  # whose margin is held against that of the year before
LEAST_FALL, LEAST_ORDERS = 0.05, 5
PRIOR = 5  # answers that a kind of offer is credited with before its own count


WITHOUT_RULES = (AlertKind.DRIFT, AlertKind.MARGIN, AlertKind.NEXT)


@dataclass(frozen=True)
class Held:
    """A product as customers have it: `price` of a piece, `usual` of a line, in the company's currency; `margin` a
    share."""

    key: int
    family: str
    is_offered: bool
    buyers: int
    price: float
    usual: float
    margin: float | None


@dataclass(frozen=True)
class Rule:
    """To whom has `have`, offer `offer`: with what chance, and what it brings if they take it."""

    kind: AlertKind
    have: int
    offer: int
    chance: float
    gain: float
    evidence: dict[str, Any]

    @property
    def worth(self) -> float:
        return self.chance * self.gain


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Settle what became of the alerts so far, end those that are over, make new ones; in the caller's transaction."""
    ((last,),) = rows_of(texts.LAST_SQL.format(**texts.NAMES))
    if last is not None and as_of < last:
        said = f"Alerts are made forwards only: there are some of {full_day(last)} already."
        return StepResult(0, {}, {"sentences": [said]})
    progress.report(0, PARTS, "Seeing what became of the alerts so far")
    settle(as_of)
    progress.report(1, PARTS, "Reading who has what")
    _drop()
    names = {**texts.NAMES, "as_of": day(as_of)}
    execute(texts.HOLDING_SQL.format(**names))
    analyze_table(texts.HOLDING)
    execute(texts.PRODUCT_SQL.format(**names))
    progress.report(2, PARTS, "Finding what goes together")
    rules = find_rules()
    progress.report(3, PARTS, "Choosing whom to talk to")
    drift = _drift_query(as_of)
    _write_rules(rules)
    made = _make(as_of, run_id, drift)
    ((first_on, last_on),) = rows_of(texts.EXTENT_SQL.format(**texts.NAMES))
    _drop()
    progress.report(PARTS, PARTS, "Done")
    counts = rows_of(texts.COUNTS_SQL.format(run_id=sql.Literal(run_id), **texts.NAMES))
    metrics = {
        "made": {kind: count for kind, count, _, _ in counts},
        "held_back": sum(held for _, _, held, _ in counts),
        "waiting": {kind: count for kind, _, _, count in counts},
        "rules": {
            kind.value: sum(rule.kind == kind for rule in rules) for kind in AlertKind if kind not in WITHOUT_RULES
        },
    }
    metrics["sentences"] = list(_sentences(metrics, made, has_drift=drift is not None))
    return StepResult(made, {"horizon_days": HORIZON_DAYS}, metrics, first_on, last_on)


def settle(as_of: dt.date) -> None:
    """Write down who bought what they were to be offered, and end what is over."""
    names = {**texts.NAMES, "as_of": day(as_of), "horizon": sql.Literal(HORIZON_DAYS)}
    execute(texts.OUTCOME_SQL.format(**names))
    execute(texts.END_SQL.format(**names))


def find_rules() -> list[Rule]:
    """What the holdings teach, the most valuable first."""
    products = {
        row[0]: Held(*row) for row in rows_of(texts.PRODUCTS_SQL.format(most=sql.Literal(MOST_PRODUCTS), **texts.NAMES))
    }
    ((customers,),) = rows_of(texts.CUSTOMERS_SQL.format(**texts.NAMES))
    asked = texts.PAIRS_SQL.format(
        products=sql.SQL("{}::bigint[]").format(sql.Literal(list(products))),
        least=sql.Literal(LEAST_MOVERS),
        **texts.NAMES,
    )
    return list(rules_of(products, rows_of(asked), customers))


def rules_of(
    products: Mapping[int, Held], pairs: Sequence[tuple[int, int, int, int]], customers: int
) -> Iterator[Rule]:
    """Rules of pairs (have, offer, customers with both, of them who began with the first); at most MOST_RULES a
    kind."""
    found: list[Rule] = []
    for have_key, offer_key, both, moved in pairs:
        have, offer = products[have_key], products[offer_key]
        if offer.is_offered:
            found += _rules_of_pair(have, offer, both, moved, customers)
    found.sort(key=lambda rule: (-rule.worth, rule.have, rule.offer))
    for kind in AlertKind:
        yield from [rule for rule in found if rule.kind == kind][:MOST_RULES]


def _rules_of_pair(have: Held, offer: Held, both: int, moved: int, customers: int) -> Iterator[Rule]:
    if have.family and have.family == offer.family:
        yield from _moves(have, offer, moved)
    elif both >= LEAST_PAIRS and offer.usual > 0:
        value, low, high = lift(both, have.buyers, offer.buyers, customers)
        if low > 1:
            share = both / have.buyers
            evidence = {
                "both": both, "buyers": have.buyers, "share": round(share, 4), "lift": round(value, 2),
                "low": round(low, 2), "high": round(high, 2), "customers": customers,
            }  # fmt: skip
            yield Rule(AlertKind.CROSS, have.key, offer.key, wilson(share, have.buyers)[0], offer.usual, evidence)


def _moves(have: Held, offer: Held, moved: int) -> Iterator[Rule]:
    """From one product of a family to a dearer one, or to one that leaves more."""
    if moved < LEAST_MOVERS or have.price <= 0 or offer.price <= 0:
        return
    ratio, share = offer.price / have.price, moved / have.buyers
    chance = wilson(share, have.buyers)[0]
    evidence = {"moved": moved, "buyers": have.buyers, "share": round(share, 4), "ratio": round(ratio, 3)}
    if DEARER <= ratio <= MOST_DEARER:
        yield Rule(AlertKind.UP, have.key, offer.key, chance, have.usual * (ratio - 1), evidence)
    elif SAME_PRICE[0] <= ratio <= SAME_PRICE[1] and None not in (have.margin, offer.margin):
        better, was = float(offer.margin or 0), float(have.margin or 0)
        gain = offer.price * better - have.price * was
        if better - was >= BETTER_MARGIN and gain > 0:
            margins = {"margin": round(better, 4), "margin_was": round(was, 4)}
            yield Rule(AlertKind.SWITCH, have.key, offer.key, chance, gain, evidence | margins)


def _drift_query(as_of: dt.date) -> sql.Composed | None:
    """Who is quiet for longer than they ever are, by the last lifetime values; None where there are none of this
    day."""
    last = ModelRun.objects.filter(step="clv", error="", as_of__lte=as_of).order_by("-as_of", "-pk").first()
    given = last.parameters if last else {}
    if last is None or given.get("r") is None or (as_of - last.as_of).days > 7:
        return None
    return texts.DRIFT_SQL.format(
        scores=sql.Identifier(ClvScore._meta.db_table),
        r=sql.Literal(given["r"]),
        alpha=sql.Literal(given["alpha"]),
        room=_room(AlertKind.DRIFT),
    )


def _write_rules(rules: Sequence[Rule]) -> None:
    columns = {
        "kinds": [rule.kind.value for rule in rules],
        "haves": [rule.have for rule in rules],
        "offers": [rule.offer for rule in rules],
        "chances": [rule.chance for rule in rules],
        "gains": [rule.gain for rule in rules],
        "evidence": [json.dumps(rule.evidence) for rule in rules],
    }
    literals = {name: sql.Literal(values) for name, values in columns.items()}
    execute(texts.RULE_SQL.format(rule=sql.Identifier(texts.RULE), trust=_trust(), **literals))
    execute(texts.RULE_INDEX_SQL.format(rule=sql.Identifier(texts.RULE)))
    analyze_table(texts.RULE)


def _room(kind: AlertKind) -> sql.Composed:
    return texts.ROOM_SQL.format(kind=sql.Literal(kind.value))


def _trust() -> sql.Composed:
    return texts.TRUST_SQL.format(prior=sql.Literal(PRIOR), **texts.NAMES)


def _make(as_of: dt.date, run_id: int, drift: sql.Composed | None) -> int:
    names = {**texts.NAMES, "as_of": day(as_of), "rest": sql.Literal(REST_DAYS)}
    following = texts.NEXT_SQL.format(
        next=sql.Identifier(NextScore._meta.db_table),
        horizon=sql.Literal(HORIZON_DAYS),
        room=_room(AlertKind.NEXT),
        **names,
    )
    fitting = [
        texts.CROSS_SQL.format(room=_room(AlertKind.CROSS), **names),
        *(
            texts.FITTING_SQL.format(kind=sql.Literal(kind.value), room=_room(kind), **names)
            for kind in (AlertKind.UP, AlertKind.SWITCH)
        ),
        following,
    ]
    margin = texts.MARGIN_SQL.format(
        room=_room(AlertKind.MARGIN),
        cost=cost_in_base(),
        as_of=day(as_of),
        recent=sql.Literal(RECENT_DAYS),
        least_fall=sql.Literal(LEAST_FALL),
        least_orders=sql.Literal(LEAST_ORDERS),
    )
    return execute(
        texts.MAKE_SQL.format(
            fitting=sql.SQL(" UNION ALL ").join([*fitting, margin, *([drift] if drift else [])]),
            trust=_trust(),
            run_id=sql.Literal(run_id),
            horizon=sql.Literal(HORIZON_DAYS),
            most=sql.Literal(MOST_WAITING),
            of_product=sql.Literal(MOST_OF_PRODUCT),
            least=sql.Literal(LEAST_WORTH),
            salt=sql.Literal(as_of.isoformat()),
            **names,
        )
    )


def _drop() -> None:
    drop_tables(texts.HOLDING, texts.PRODUCT, texts.RULE)


def _sentences(metrics: Mapping[str, Any], made: int, *, has_drift: bool) -> Iterator[str]:
    parts = [f"{number(count)} {AlertKind(kind).label.lower()}" for kind, count in metrics["made"].items() if count]
    yield f"{number(made)} new alerts{': ' + ', '.join(parts) if parts else ''}."
    if made:
        yield f"{number(metrics['held_back'])} of them are held back unseen, to measure the others by."
    if not any(metrics["rules"].values()):
        yield "Nothing goes together often enough to advise anything: too few customers, or lines without products."
    if not has_drift:
        yield "Who drifts away is told by the lifetime values, and there are none of this week."


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    return list(run.metrics.get("sentences", ()))
