"""What came of retention actions: who stayed beside those kept out by lot, what customers say, and what holds them.

Active at the start is who bought in the days of the horizon before the day of the start; retained is who of them
bought again in as many days from that day on, as far as they are over. Answers are the last one of each customer in
those days, after that of the start; days are the company's. The balance is of actions that run: whether a customer is
given a reason to stay, a penalty for leaving, or both, with the last answer of a year. One statement each, over all
actions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from psycopg import sql

from analytics.statements import day, rows_of
from analytics.steps import StepResult
from crm.company import current_company
from crm.jobs import Progress
from crm.templatetags.figures import number, plural

if TYPE_CHECKING:
    from analytics.models import ModelRun

PARTS = 2
EFFECT_SQL = sql.SQL("""
WITH member AS (
  SELECT c.action_id, c.contact_id, c.is_control, a.started_on, a.horizon_days,
    least(a.started_on + a.horizon_days - 1, {as_of}) AS until
  FROM campaigns_retainedcustomer c JOIN campaigns_retentionaction a ON a.id = c.action_id
  WHERE a.started_on <= {as_of}
), bought AS (
  SELECT m.action_id, m.contact_id, bool_or(o.ordered_on < m.started_on) AS before,
    bool_or(o.ordered_on >= m.started_on) AS after
  FROM member m JOIN orders_order o ON o.contact_id = m.contact_id AND o.is_purchase
    AND o.ordered_on >= m.started_on - m.horizon_days AND o.ordered_on <= m.until
  GROUP BY 1, 2
), answered AS (
  SELECT DISTINCT ON (m.action_id, m.contact_id) m.action_id, m.contact_id,
    CASE r.nps_group WHEN 'promoter' THEN 1 WHEN 'detractor' THEN -1 ELSE 0 END AS score
  FROM member m JOIN feedback_response r ON r.contact_id = m.contact_id AND r.nps IS NOT NULL
    AND r.told_at >= (m.started_on + 1)::timestamp AT TIME ZONE {zone}
    AND r.told_at < (m.until + 1)::timestamp AT TIME ZONE {zone}
  ORDER BY m.action_id, m.contact_id, r.told_at DESC, r.id DESC
)
SELECT m.action_id, m.is_control, min(m.until), count(*), count(*) FILTER (WHERE b.before),
  count(*) FILTER (WHERE b.before AND b.after), count(a.score), coalesce(sum(a.score), 0),
  count(*) FILTER (WHERE a.score <> 0)
FROM member m
LEFT JOIN bought b ON b.action_id = m.action_id AND b.contact_id = m.contact_id
LEFT JOIN answered a ON a.action_id = m.action_id AND a.contact_id = m.contact_id
GROUP BY 1, 2
""")
BALANCE_SQL = sql.SQL("""
WITH held AS (
  SELECT c.contact_id, bool_or(a.kind = 'positive') AS rewarded, bool_or(a.kind = 'negative') AS penalised
  FROM campaigns_retainedcustomer c JOIN campaigns_retentionaction a ON a.id = c.action_id
  WHERE NOT c.is_control AND a.started_on <= {as_of} AND coalesce(a.ended_on > {as_of}, true)
  GROUP BY c.contact_id
), answered AS (
  SELECT DISTINCT ON (h.contact_id) h.contact_id,
    CASE r.nps_group WHEN 'promoter' THEN 1 WHEN 'detractor' THEN -1 ELSE 0 END AS score
  FROM held h JOIN feedback_response r ON r.contact_id = h.contact_id AND r.nps IS NOT NULL
    AND r.told_at >= ({as_of} - 364)::timestamp AT TIME ZONE {zone}
    AND r.told_at < ({as_of} + 1)::timestamp AT TIME ZONE {zone}
  ORDER BY h.contact_id, r.told_at DESC, r.id DESC
)
SELECT CASE WHEN rewarded AND penalised THEN 'both' WHEN rewarded THEN 'positive' ELSE 'negative' END, count(*),
  count(score), coalesce(sum(score), 0), count(*) FILTER (WHERE score <> 0)
FROM held LEFT JOIN answered USING (contact_id) GROUP BY 1
""")


def run(as_of: dt.date, parameters: Mapping[str, Any], progress: Progress, *, run_id: int) -> StepResult:
    """Count all actions that have started by the end of `as_of`."""
    progress.report(0, PARTS, "Counting who stayed")
    found: dict[str, dict[str, Any]] = {}
    people = 0
    asked = {"as_of": day(as_of), "zone": sql.Literal(str(current_company().zone))}
    for action, is_control, until, count, *rest in rows_of(EFFECT_SQL.format(**asked)):
        names = ("active", "retained", "answers", "score", "extremes")
        group = {"count": count, **{name: int(value) for name, value in zip(names, rest, strict=True)}}
        found.setdefault(str(action), {"until": until.isoformat()})["control" if is_control else "treated"] = group
        people += count
    progress.report(1, PARTS, "Counting what holds customers")
    balance = {
        kind: {"count": count, "answers": answers, "score": int(score), "extremes": extremes}
        for kind, count, answers, score, extremes in rows_of(BALANCE_SQL.format(**asked))
    }
    progress.report(PARTS, PARTS, "Done")
    return StepResult(people, {}, {"actions": found, "balance": balance}, data_to=as_of)


def describe(run: ModelRun) -> list[str]:
    """A run in words, a line each."""
    found = run.metrics.get("balance", {})
    held = ", ".join(f"{kind} {number(one['count'])}" for kind, one in sorted(found.items()))
    return [
        f"{plural(len(run.metrics.get('actions', {})), 'retention action')} with {number(run.row_count)} customers.",
        f"Customers in actions that run: {held}." if held else "No action runs.",
    ]
