"""Satisfaction: how many would recommend the house, over time and divided, and what that has to do with money.

Rules (docs/users and the glossary of the house): promoters say 9 or 10, detractors 0 to 6; the net promoter score is
their shares' difference, each answer counts once, its 95 % interval comes from the variance (p + d - (p - d)^2) / n.
Answers without a date are in the totals and in no month. Segment and value class are those of the customer as last
scored. For money each customer stands in the group of their last answer: revenue and retention of the 365 days up to
as-of, retention being who bought in them, of those who had bought in the 365 days before. Satisfied is who rates the
overall satisfaction at three quarters of its scale or more (4 and 5 of 5).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from psycopg import sql

from analytics.models import SatisfactionCount
from analytics.statements import analyze_table, day, drop_tables, execute, rows_of
from analytics.steps import StepResult
from analytics.steps.satisfaction_chain import chain
from analytics.steps.satisfaction_money import money_of_groups
from analytics.steps.satisfaction_ratings import ratings_metrics, read_ratings
from analytics.steps.satisfaction_wallet import wallet
from crm.company import current_company, end_of_day
from crm.jobs import Progress
from feedback.choices import SATISFIED_FROM
from feedback.scoring import Z95, NetPromoter

BASE = "analytics_satisfaction_base"
TABLE = SatisfactionCount._meta.db_table
PARTS = 4
VALUE_CLASSES = (("top", 0.9), ("high", 0.7), ("middle", 0.3), ("low", 0.0))
"""Classes of value ahead, and the share of customers that lie below each."""

DIMENSIONS = {
    "survey": "survey_id::text",
    "touch_point": "touch_point_id::text",
    "product": "product_id::text",
    "agent": "agent_id::text",
    "segment": "segment",
    "value": "value_class",
}
BOUNDS_SQL = sql.SQL("""
SELECT percentile_disc({shares}) WITHIN GROUP (ORDER BY clv) FROM analytics_clvscore WHERE clv IS NOT NULL
""")
BASE_SQL = sql.SQL("""
CREATE UNLOGGED TABLE {base} AS
SELECT r.id, r.contact_id, r.nps, r.told_at, r.survey_id, r.touch_point_id, r.product_id, r.agent_id, s.segment,
  CASE {classes} END AS value_class, date_trunc('month', r.answered_at AT TIME ZONE {zone})::date AS month,
  (r.answered_at AT TIME ZONE {zone})::date AS answered_on
FROM feedback_response r LEFT JOIN analytics_rfmscore s ON s.contact_id = r.contact_id
LEFT JOIN analytics_clvscore v ON v.contact_id = r.contact_id
WHERE r.nps IS NOT NULL AND r.told_at < {end}
""")
COUNT_SQL = sql.SQL("""
INSERT INTO {table} (run_id, as_of, dimension, value, month, promoters, passives, detractors, scores)
SELECT {run_id}, {as_of}, {dimension}, left(coalesce({value}, ''), 120), month, count(*) FILTER (WHERE nps >= 9),
  count(*) FILTER (WHERE nps BETWEEN 7 AND 8), count(*) FILTER (WHERE nps <= 6), sum(nps)
FROM {base} GROUP BY month, left(coalesce({value}, ''), 120)
""")
SCORES_SQL = sql.SQL("SELECT nps, count(*), count(DISTINCT contact_id) FROM {base} GROUP BY nps")
EXTENT_SQL = sql.SQL("""
SELECT min(answered_on), max(answered_on), count(*) FILTER (WHERE month IS NULL), count(DISTINCT contact_id) FROM {base}
""")
ASKED_SQL = sql.SQL("""
SELECT count(*) FROM feedback_response r WHERE r.told_at < {end} AND r.id IN (
  SELECT a.response_id FROM feedback_answer a JOIN feedback_question q ON q.id = a.question_id WHERE q.dimension = 'nps'
)
""")
SATISFIED_SQL = sql.SQL("""
SELECT count(*), count(*) FILTER (WHERE (a.value - q.low) >= {share} * (q.high - q.low)), avg(a.value)::float8
FROM feedback_answer a JOIN feedback_question q ON q.id = a.question_id JOIN feedback_response r ON r.id = a.response_id
WHERE q.dimension = 'overall' AND a.value IS NOT NULL AND r.told_at < {end}
""")


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Count the answers up to the end of `as_of` and replace the last result."""
    progress.report(0, PARTS, "Reading the answers")
    bounds = value_bounds()
    end = sql.Literal(end_of_day(as_of))
    drop_tables(BASE)
    execute(_base(bounds, end))
    analyze_table(BASE)
    progress.report(1, PARTS, "Counting them by month")
    rows = _count(as_of, run_id)
    progress.report(2, PARTS, "Comparing the groups")
    metrics = {**_figures(), "asked": _number(ASKED_SQL.format(end=end)), "csat": _satisfied(end)}
    metrics["value_bounds"] = bounds
    asked = read_ratings(end)
    metrics["ratings"] = ratings_metrics(asked, end)
    metrics["chain"] = chain(asked, as_of=as_of, end=end, zone=str(current_company().zone))
    metrics["wallet"] = wallet(as_of=as_of, end=end, run_id=run_id)
    metrics["money"] = money_of_groups(BASE, as_of) if metrics["n"] else {}
    progress.report(3, PARTS, "Done")
    first, last, undated, customers = rows_of(EXTENT_SQL.format(base=sql.Identifier(BASE)))[0]
    drop_tables(BASE)
    metrics |= {"undated": int(undated), "customers": int(customers)}
    metrics["sentences"] = _sentences(metrics)
    progress.report(PARTS, PARTS, "Done")
    return StepResult(rows=rows, parameters=dict(parameters), metrics=metrics, data_from=first, data_to=last)


def value_bounds() -> dict[str, float]:
    """The value ahead from which a customer is in each class; empty where nobody is scored."""
    shares = [share for _, share in VALUE_CLASSES[:-1]]
    literal = sql.SQL("{}::float8[]").format(sql.Literal(shares))
    (found,) = rows_of(BOUNDS_SQL.format(shares=literal))[0]
    if not found:
        return {}
    return {name: float(bound) for (name, _), bound in zip(VALUE_CLASSES, found, strict=False)}


def _base(bounds: Mapping[str, float], end: sql.Literal) -> sql.Composed:
    lines = [
        sql.SQL("WHEN v.clv > {} THEN {}").format(sql.Literal(bound), sql.Literal(name))
        for name, bound in bounds.items()
    ]
    classes = sql.SQL(" ").join([*lines, sql.SQL("WHEN v.clv IS NOT NULL THEN {}").format(sql.Literal("low"))])
    zone = sql.Literal(str(current_company().zone))
    return BASE_SQL.format(base=sql.Identifier(BASE), classes=classes, zone=zone, end=end)


def _count(as_of: dt.date, run_id: int) -> int:
    """The table of counts, in total and for each dimension."""
    SatisfactionCount.objects.all().delete()
    rows = 0
    for name, value in {"": "NULL::text", **DIMENSIONS}.items():
        rows += execute(
            COUNT_SQL.format(
                table=sql.Identifier(TABLE), base=sql.Identifier(BASE), run_id=sql.Literal(run_id), as_of=day(as_of),
                dimension=sql.Literal(name), value=sql.SQL(value),
            )
        )  # fmt: skip
    return rows


def _figures() -> dict[str, Any]:
    """The score over all answers, as outside checks read it, and how the answers spread from 0 to 10."""
    scores = [0] * 11
    for score, count, _ in rows_of(SCORES_SQL.format(base=sql.Identifier(BASE))):
        scores[score] = int(count)
    found = NetPromoter(sum(scores[9:]), sum(scores[7:9]), sum(scores[:7]))
    return {
        "nps": found.score,
        "n": found.n,
        "promoters": found.promoters,
        "passives": found.passives,
        "detractors": found.detractors,
        "interval_half_width": found.half_width,
        "mean": sum(score * count for score, count in enumerate(scores)) / found.n if found.n else None,
        "scores": scores,
    }


def _satisfied(end: sql.Literal) -> dict[str, Any]:
    """The share that is satisfied overall, with n and half its 95 % interval."""
    n, satisfied, mean = rows_of(SATISFIED_SQL.format(share=sql.Literal(SATISFIED_FROM), end=end))[0]
    share = satisfied / n if n else None
    half = Z95 * math.sqrt(share * (1 - share) / n) if share is not None else None
    return {"n": int(n), "satisfied": int(satisfied), "share": share, "interval_half_width": half, "mean": mean}


def _sentences(metrics: Mapping[str, Any]) -> list[str]:
    """What a reader has to know before the figures."""
    if not metrics["n"]:
        return ["Nobody has been asked yet how likely they are to recommend you: send a survey, or import answers."]
    said = []
    if metrics["undated"]:
        said.append(f"{metrics['undated']:,} answers have no date: they are in the totals and in no period.")
    return said


def _number(query: sql.Composable) -> int:
    return int(rows_of(query)[0][0])
