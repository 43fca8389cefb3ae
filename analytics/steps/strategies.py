"""Which of the seven strategies each contact calls for: the first rule of the table that fits, in one statement.

The rules (`StrategyRule`) bound the rung of the ladder, the tenth of value (1 + floor(10 x customers strictly worse /
N), 10 the best; value is the lifetime value of the same day, or else net revenue), the tenth of net revenue (what they
brought, also of who went quiet), the chance to leave, the days since the last purchase, the cost to serve as a share of
the contribution, and the potential. A bound on what is not known of a contact is not met. The last rule takes everybody
else; without any rule nobody has a strategy. Only scores as of the same day are read: days are never mixed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from psycopg import sql

from analytics.choices import Rung, Strategy
from analytics.models import StrategyRule, StrategyScore
from analytics.portfolio.words import rule_in_words
from analytics.statements import rows_of
from analytics.steps import StepResult
from analytics.steps.ladder import ladder_query
from analytics.swapping import rebuild
from crm.jobs import Progress
from crm.templatetags.figures import number

if TYPE_CHECKING:
    from analytics.models import ModelRun

TABLE = StrategyScore._meta.db_table
FILL = """
WITH ladder AS ({ladder}), bought AS (
  SELECT contact_id AS id, coalesce(sum(base_amount), 0) AS revenue,
    {as_of}::date - max(ordered_on) FILTER (WHERE is_purchase) AS days_quiet
  FROM orders_order WHERE contact_id IS NOT NULL AND ordered_on <= {as_of}::date GROUP BY contact_id
  HAVING bool_or(is_purchase)
), base AS (
  SELECT l.contact_id, l.rung, b.revenue, b.days_quiet, c.potential, {value} AS value,
    100 * h.probability AS chance, {cost}
  FROM ladder l JOIN contacts_contact c ON c.id = l.contact_id LEFT JOIN bought b ON b.id = l.contact_id
  LEFT JOIN analytics_clvscore v ON v.contact_id = l.contact_id AND v.as_of = {as_of}::date
  LEFT JOIN analytics_churnscore h ON h.contact_id = l.contact_id AND h.as_of = {as_of}::date {costs}
), ranked AS (
  SELECT base.*, array_position({rungs}::text[], rung) AS place,
    CASE WHEN value IS NOT NULL THEN 1 + (10 * (rank() OVER (PARTITION BY value IS NULL ORDER BY value) - 1))
      / nullif(count(value) OVER (), 0) END AS tenth,
    CASE WHEN revenue IS NOT NULL THEN 1 + (10 * (rank() OVER (PARTITION BY revenue IS NULL ORDER BY round(revenue, 2))
      - 1)) / nullif(count(revenue) OVER (), 0) END AS revenue_tenth,
    CASE WHEN brought > 0 THEN 100 * cost::float8 / brought::float8
      WHEN brought IS NOT NULL AND cost > 0 THEN 'Infinity' END AS cost_share
  FROM base
), chosen AS (SELECT ranked.*, {choose} AS rule_place FROM ranked)
SELECT {run_id}::bigint AS run_id, {as_of}::date AS as_of, c.contact_id, r.strategy, r.rule, r.because, c.value,
  c.tenth AS value_tenth
FROM chosen c JOIN (VALUES {rules}) AS r (place, strategy, rule, because) ON r.place = c.rule_place
"""
NOBODY = sql.SQL("SELECT * FROM {} WHERE false").format(sql.Identifier(TABLE))
BOUNDS = (
    ("tenth", "value_from", "value_to"),
    ("revenue_tenth", "revenue_from", "revenue_to"),
    ("chance", "chance_from", "chance_to"),
    ("days_quiet", "quiet_from", "quiet_to"),
    ("cost_share", "cost_from", "cost_to"),
    ("potential", "potential_from", "potential_to"),
)
"""A fact of a contact, and the fields of a rule that bound it."""
PARTS = 3


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Give every contact on the ladder its strategy. The metrics are the contacts by strategy, nothing else; what the
    rules could go by is among the parameters."""
    done = 0

    def advance(message: str) -> None:
        nonlocal done
        done += 1
        progress.report(done, PARTS, message)

    rules = list(StrategyRule.objects.order_by("position"))
    known = known_figures(as_of)
    fill = strategies_query(rules, as_of, run_id, known) if rules else NOBODY
    rows = rebuild(TABLE, fill, advance)
    counts = dict(rows_of(sql.SQL("SELECT strategy, count(*) FROM {} GROUP BY 1").format(sql.Identifier(TABLE))))
    return StepResult(rows, known, {name: counts.get(name, 0) for name in Strategy.values}, data_to=as_of)


def known_figures(as_of: dt.date) -> dict[str, Any]:
    """What there is as of this day: `value` (clv or revenue), `churn` and `cost_to_serve` (whether there are any)."""
    clv = rows_of("SELECT EXISTS (SELECT 1 FROM analytics_clvscore WHERE clv IS NOT NULL AND as_of = %s)", [as_of])
    churn = rows_of("SELECT EXISTS (SELECT 1 FROM analytics_churnscore WHERE as_of = %s)", [as_of])
    costs = cost_table()
    has_costs = (
        bool(costs)
        and rows_of(
            sql.SQL("SELECT EXISTS (SELECT 1 FROM {} WHERE as_of = %s)").format(sql.Identifier(costs)), [as_of]
        )[0][0]
    )
    return {"value": "clv" if clv[0][0] else "revenue", "churn": churn[0][0], "cost_to_serve": bool(has_costs)}


def cost_table() -> str:
    """The table of the costs to serve; empty where the analysis has none."""
    try:
        model = apps.get_app_config("analytics").get_model("CostScore")
    except LookupError:
        return ""
    names = {field.name for field in model._meta.fields}
    return model._meta.db_table if {"contact", "cost_to_serve", "contribution", "as_of"} <= names else ""


def strategies_query(
    rules: Sequence[StrategyRule], as_of: dt.date, run_id: int, known: Mapping[str, Any]
) -> sql.Composed:
    """The query of the strategies, as the table has them."""
    cost, costs = sql.SQL("NULL::numeric AS cost, NULL::numeric AS brought"), sql.Composed([])
    if known["cost_to_serve"]:
        cost = sql.SQL("k.cost_to_serve AS cost, k.contribution AS brought")
        costs = sql.SQL("LEFT JOIN {} k ON k.contact_id = l.contact_id AND k.as_of = {}::date").format(
            sql.Identifier(cost_table()), sql.Literal(as_of)
        )
    listed = [
        sql.SQL("({}, {}, {}, {})").format(*map(sql.Literal, (place, rule.strategy, rule.name, rule_in_words(rule))))
        for place, rule in enumerate(rules)
    ]
    return sql.SQL(FILL).format(
        ladder=ladder_query(as_of, run_id), as_of=sql.Literal(as_of), run_id=sql.Literal(run_id),
        value=sql.SQL("v.clv" if known["value"] == "clv" else "round(b.revenue, 2)"), cost=cost, costs=costs,
        rungs=sql.Literal(list(Rung.values)), choose=_first_fitting(rules), rules=sql.SQL(", ").join(listed),
    )  # fmt: skip


def _first_fitting(rules: Sequence[StrategyRule]) -> sql.Composed:
    """CASE over the rules but the last, which takes the rest."""
    whens = [sql.SQL("WHEN {} THEN {}").format(_fits(rule), sql.Literal(at)) for at, rule in enumerate(rules[:-1])]
    last = sql.Literal(len(rules) - 1)
    return sql.SQL("CASE {} ELSE {} END").format(sql.SQL(" ").join(whens), last) if whens else sql.Composed([last])


def _fits(rule: StrategyRule) -> sql.Composable:
    tests: list[sql.Composable] = []
    for column, low, high in BOUNDS:
        for name, sign in ((low, ">="), (high, "<=")):
            if (bound := getattr(rule, name)) is not None:
                tests.append(sql.SQL(f"{column} {sign} {{}}").format(sql.Literal(bound)))
    for name, sign in (("rung_from", ">="), ("rung_to", "<=")):
        if rung := getattr(rule, name):
            place = list(Rung.values).index(rung) + 1
            tests.append(sql.SQL(f"place {sign} {{}}").format(sql.Literal(place)))
    return sql.SQL(" AND ").join(tests) if tests else sql.SQL("true")


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each strategy."""
    return [f"{label}: {number(run.metrics.get(name, 0))}" for name, label in Strategy.choices]
