"""Articles that fit what a customer wrote: its rarer words, each in the language of the article.

A word counts the more the fewer articles have it (K. Spärck Jones, Journal of Documentation 28, 1972), and the more
the higher it stands in the article: title, summary, text. Words of the subject count twice.

Of each word at most a thousand articles are looked up, and apart from them those that have it in the title; a word that
more have counts as one that all have. The best of them by the words alone are read and ranked: a thousand at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from crm.models import User
from service.choices import MessageKind
from service.knowledge.finding import languages_in
from service.models import Article, Message, Ticket

MOST_CHARACTERS = 4_000
MOST_WORDS = 32
MOST_READ = 1_000
MOST = 5
LEAST_SHARE = 0.35
"""Of the best one's score; what has less is left out."""
SAME_PRODUCT = 1.4
TITLE = 10.0
"""Times that a word in the title counts of one in the text, in what is read: as in the rank."""

SUGGEST_SQL = """
WITH asked AS (
  SELECT language, lexeme, max(weight) AS weight
  FROM unnest(%(languages)s::text[]) AS l(language), LATERAL (
    SELECT lexeme, 2.0 AS weight FROM unnest(to_tsvector(service_words(l.language), %(subject)s))
    UNION ALL
    SELECT lexeme, 1.0 FROM unnest(to_tsvector(service_words(l.language), %(body)s))
  ) AS words
  WHERE lexeme ~ '^[[:alpha:]]{3,40}$'
  GROUP BY language, lexeme
), chosen AS (
  SELECT language, lexeme, weight FROM (
    SELECT *, row_number() OVER (PARTITION BY language ORDER BY weight DESC, length(lexeme) DESC, lexeme) AS place
    FROM asked
  ) AS ordered WHERE place <= %(most_words)s
), counted AS MATERIALIZED (
  SELECT c.*, query,
    -- by the words alone first: with the language in one condition, an index of it may be walked and each vector read
    ARRAY(SELECT id FROM (
      SELECT a.id, a.language FROM service_article AS a WHERE a.published_words @@ query OFFSET 0
    ) AS a WHERE a.language = c.language LIMIT %(most_read)s + 1) AS articles,
    ARRAY(
      SELECT a.id FROM service_article AS a
      WHERE a.sort_name LIKE '%%' || c.lexeme || '%%' AND a.language = c.language AND a.published_words @@ query
      LIMIT %(most_read)s
    ) AS titled
  FROM chosen AS c CROSS JOIN LATERAL (SELECT quote_literal(c.lexeme)::tsquery AS query) AS q
), weighed AS (
  SELECT *, weight * ln(1 + %(articles)s / CASE
    WHEN cardinality(articles) > %(most_read)s THEN %(articles)s ELSE cardinality(articles) END::float) AS worth
  FROM counted WHERE cardinality(articles) > 0
), read AS MATERIALIZED (
  -- the concatenation unpacks each vector once, not once for each word
  SELECT a.id, a.language, a.original_id, a.product_id, a.published_words || ''::tsvector AS words
  FROM (
    SELECT id FROM (
      SELECT unnest(articles) AS id, worth FROM weighed
      UNION ALL
      SELECT unnest(titled), worth * (%(title)s - 1) FROM weighed
    ) AS named GROUP BY id ORDER BY sum(worth) DESC, id LIMIT %(most_read)s
  ) AS best JOIN service_article AS a USING (id)
), fitting AS (
  SELECT r.id, r.original_id, r.product_id, w.worth, ts_rank('{0.1, 0.2, 0.4, 1.0}', r.words, w.query) AS rank
  FROM read AS r JOIN weighed AS w ON w.language = r.language AND r.words @@ w.query
), scored AS (
  SELECT id, coalesce(original_id, id) AS family, count(*) AS words, max(rank) AS best,
    sum(worth * rank) * CASE WHEN max(product_id) = %(product)s THEN %(same_product)s ELSE 1 END AS score
  FROM fitting GROUP BY id, original_id
), best AS (
  SELECT DISTINCT ON (family) id, score FROM scored WHERE words >= 2 OR best > 0.3
  ORDER BY family, score DESC
)
SELECT id FROM best WHERE score >= %(least)s * (SELECT max(score) FROM best) ORDER BY score DESC, id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Suggestion:
    """An article with how it can go into the reply."""

    article: Article
    is_used: bool


def suggested(user: User, ticket: Ticket, most: int = MOST) -> list[Suggestion]:
    """Published articles that fit the ticket, best first, one of each family. Four queries."""
    keys = fitting_keys(ticket.subject, said_in(ticket), ticket.product_id, most)
    return offered(user, ticket, keys)


def fitting_keys(subject: str, body: str, product: int | None = None, most: int = MOST) -> list[int]:
    """Ids of the articles that fit a text."""
    published = Article.objects.published()
    languages = languages_in(published)
    if not languages:
        return []
    given: dict[str, Any] = {
        "languages": list(languages),  # psycopg takes a tuple for a row
        "subject": subject[:MOST_CHARACTERS],
        "body": body[:MOST_CHARACTERS],
        "most_words": MOST_WORDS,
        "most_read": MOST_READ,
        "title": TITLE,
        "articles": published.count(),
        "product": product,
        "same_product": SAME_PRODUCT,
        "least": LEAST_SHARE,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(SUGGEST_SQL, given)
        return [row[0] for row in cursor.fetchall()]


def offered(user: User, ticket: Ticket, keys: Sequence[int]) -> list[Suggestion]:
    """These articles in this order, as far as the person may see them."""
    rows = Article.objects.visible_to(user).filter(pk__in=keys).select_related("published")
    found = {one.pk: one for one in rows.defer("body", "words", "published_words", "published__body")}
    used = set(ticket.article_uses.filter(article__in=keys).values_list("article", flat=True))
    return [Suggestion(found[key], key in used) for key in keys if key in found]


def said_in(ticket: Ticket) -> str:
    """What the customer wrote first and last."""
    rows = Message.objects.filter(ticket=ticket, kind=MessageKind.IN).values_list("text", flat=True)
    first, last = rows.order_by("sent_at", "pk").first(), rows.order_by("-sent_at", "-pk").first()
    return "\n".join(dict.fromkeys(filter(None, (first, last))))
