"""Computes the scores of leads by the rules, in one statement: points of every rule that fits, points of every touch,
halved each half-life since, from 0 to 100. Without rules no lead has a score.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Case, IntegerField, Value, When
from django.db.models.expressions import Combinable

from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import TreeProblem, tree_of
from leads.choices import Scored
from leads.models import Lead, ScoreRule

UPDATE_SQL = """
UPDATE leads_lead SET score = fresh.score FROM (
  SELECT fit.id, least(greatest(round(fit.points + coalesce(done.points, 0)), 0), 100)::smallint AS score
  FROM ({fit}) AS fit
  LEFT JOIN (
    SELECT t.lead_id, sum(r.points * power(0.5,
      greatest(extract(epoch FROM now() - t.occurred_at), 0) / 86400 / r.half_life_days)) AS points
    FROM leads_leadtouch t JOIN leads_scorerule r ON r.is_active AND r.kind = 'engagement'
      AND r.direction = t.direction AND (r.channel = '' OR r.channel = t.channel)
    WHERE %s OR t.lead_id = ANY (%s) GROUP BY t.lead_id
  ) AS done ON done.lead_id = fit.id
) AS fresh
WHERE leads_lead.id = fresh.id AND leads_lead.score IS DISTINCT FROM fresh.score
"""
CLEAR_SQL = "UPDATE leads_lead SET score = NULL WHERE score IS NOT NULL AND (%s OR id = ANY (%s))"


def score_leads(lead_ids: Sequence[int] | None = None) -> int:
    """Compute the scores of these leads, of all for None; how many changed."""
    everything, keys = lead_ids is None, list(lead_ids or ())
    with connection.cursor() as cursor:
        if not everything and not keys:
            return 0
        if not ScoreRule.objects.filter(is_active=True).exists():
            cursor.execute(CLEAR_SQL, [everything, keys])
            return int(cursor.rowcount)
        rows: Any = Lead.objects.order_by()
        if not everything:
            rows = rows.filter(pk__in=keys)
        inner, values = rows.annotate(points=_fit()).values("id", "points").query.sql_with_params()
        cursor.execute(UPDATE_SQL.format(fit=inner), [*values, everything, keys])
        return int(cursor.rowcount)


def problem_of(rule: ScoreRule) -> str:
    """Why a rule cannot be asked any more; empty for one that can."""
    try:
        node = tree_of(rule.tree) if rule.tree else None
        if node is not None:
            TreeList("leads.lead", None).meant(node)
    except TreeProblem as problem:
        return str(problem)
    return ""


def _fit() -> Combinable:
    """The points of all rules of fit; one whose filter asks for a field that is gone gives none."""
    total: Combinable = Value(0, output_field=IntegerField())
    trees = TreeList("leads.lead", None)
    for rule in ScoreRule.objects.filter(is_active=True, kind=Scored.FIT):
        try:
            node = tree_of(rule.tree) if rule.tree else None
            condition = trees.meant(node) if node is not None else None
        except TreeProblem:
            continue
        if condition is None:
            total = total + Value(rule.points)
        else:
            given = Case(When(condition, then=Value(rule.points)), default=Value(0), output_field=IntegerField())
            total = total + given
    return total
