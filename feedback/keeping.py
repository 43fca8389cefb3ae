"""Keeps what responses, customers and surveys are found and counted by. Every door that writes answers calls it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from psycopg import sql

from crm.database.chosen import listed, without_nested_loops
from feedback.tagging import tags_of

RESPONSES_SQL = sql.SQL("""
UPDATE feedback_response r SET nps = fresh.nps, comment = fresh.comment, search_text = fresh.search_text FROM (
  SELECT k.id, k.nps, k.comment, CASE WHEN k.comment = '' THEN '' ELSE crm_fold(k.comment) END AS search_text FROM (
    SELECT f.id,
      (array_agg(a.value ORDER BY q.position, q.id)
        FILTER (WHERE q.dimension = 'nps' AND a.value IS NOT NULL))[1]::smallint AS nps,
      coalesce(string_agg(nullif(a.comment, ''), E'\\n' ORDER BY q.position, q.id), '') AS comment
    FROM feedback_response f LEFT JOIN feedback_answer a ON a.response_id = f.id
    LEFT JOIN feedback_question q ON q.id = a.question_id
    WHERE f.id IN ({chosen}) GROUP BY f.id
  ) k
) fresh
WHERE r.id = fresh.id
  AND (r.nps, r.comment, r.search_text) IS DISTINCT FROM (fresh.nps, fresh.comment, fresh.search_text)
""")
TAGS_SQL = sql.SQL("""
UPDATE feedback_response r SET tags = {tags} WHERE r.id IN ({chosen}) AND r.tagged_by_id IS NULL
  AND r.tags IS DISTINCT FROM {tags}
""")
STANDINGS_SQL = sql.SQL("""
WITH newest AS (
  SELECT contact_id, (array_agg(nps ORDER BY told_at DESC, id DESC))[1] AS score, max(told_at) AS told_at,
    count(*) AS answers
  FROM feedback_response WHERE nps IS NOT NULL AND contact_id IN ({chosen}) GROUP BY contact_id
), gone AS (
  DELETE FROM feedback_npsstanding s WHERE s.contact_id IN ({chosen})
    AND NOT EXISTS (SELECT 1 FROM newest n WHERE n.contact_id = s.contact_id)
)
INSERT INTO feedback_npsstanding AS s (contact_id, score, told_at, answers)
SELECT contact_id, score, told_at, answers FROM newest ORDER BY contact_id
ON CONFLICT (contact_id) DO UPDATE SET score = excluded.score, told_at = excluded.told_at, answers = excluded.answers
WHERE (s.score, s.told_at, s.answers) IS DISTINCT FROM (excluded.score, excluded.told_at, excluded.answers)
""")
SURVEYS_SQL = sql.SQL("""
UPDATE feedback_survey SET sort_name = left(crm_fold(name), 300), search_text = crm_fold(name)
WHERE (sort_name, search_text) IS DISTINCT FROM (left(crm_fold(name), 300), crm_fold(name))
""")


OF_RESPONSES = sql.SQL("""
SELECT contact_id FROM feedback_response WHERE contact_id IS NOT NULL AND id IN ({chosen})
""")


def refresh_responses(response_ids: Iterable[int]) -> None:
    """Recompute the kept columns of these responses and the standing of their customers."""
    chosen = listed("feedback_response", response_ids)
    refresh_responses_of(chosen)
    refresh_standings_of(OF_RESPONSES.format(chosen=chosen))


def refresh_responses_of(chosen: sql.Composable) -> None:
    """The kept columns of the responses whose ids a query selects (a staging table of the import)."""
    _run(RESPONSES_SQL.format(chosen=chosen))
    _run(TAGS_SQL.format(chosen=chosen, tags=sql.SQL(tags_of("r.search_text"))))


def refresh_standings_of(chosen: sql.Composable) -> None:
    """The standing of the contacts whose ids a query selects."""
    _run(STANDINGS_SQL.format(chosen=chosen))


def refresh_surveys() -> None:
    """What surveys are found and sorted by; there are few."""
    _run(SURVEYS_SQL)


def _run(statement: sql.Composable) -> None:
    with without_nested_loops(), connection.cursor() as cursor:
        cursor.execute(statement)
