"""Keeps what articles are found and sorted by. Every action that writes articles calls `refresh_articles` for them.

Titles weigh most, then summaries, then the text. Words are stemmed in the article's own language, accents taken off.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

MOST_CHARACTERS = 100_000
VECTOR = """
setweight(to_tsvector(service_words({language}), {words}.title), 'A')
 || setweight(to_tsvector(service_words({language}), {words}.summary), 'B')
 || setweight(to_tsvector(service_words({language}), left({words}.plain, %(most)s)), 'D')
"""
REFRESH_SQL = f"""
UPDATE service_article AS t SET sort_name = fresh.sort_name, words = fresh.words,
  published_words = fresh.published_words
FROM (
  SELECT a.id, left(crm_fold(a.title), 200) AS sort_name,
    CASE WHEN a.state <> 'archived' THEN {VECTOR.format(language="a.language", words="newest")} END AS words,
    CASE WHEN a.state = 'published' THEN {VECTOR.format(language="a.language", words="shown")} END AS published_words
  FROM service_article AS a
  JOIN service_articleversion AS newest ON newest.article_id = a.id AND newest.number = a.number
  LEFT JOIN service_articleversion AS shown ON shown.id = a.published_id
  WHERE a.id = ANY(%(chosen)s)
) AS fresh
WHERE t.id = fresh.id AND (t.sort_name, t.words, t.published_words)
  IS DISTINCT FROM (fresh.sort_name, fresh.words, fresh.published_words)
"""  # noqa: S608 - put together of what stands here


def refresh_articles(article_ids: Iterable[int]) -> None:
    """Recompute the kept columns of these articles, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_SQL, {"chosen": list(article_ids), "most": MOST_CHARACTERS})
