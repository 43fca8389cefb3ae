"""Articles that fit what a customer wrote: its rarer words, each in the language of the article.

A word counts the more the fewer articles have it (K. Spärck Jones, Journal of Documentation 28, 1972), and the more
the higher it stands in the article: title, summary, text. Words of the subject count twice.
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
MOST = 5
LEAST_SHARE = 0.35
"""Of the best one's score; what has less is left out."""
SAME_PRODUCT = 1.4

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
), fitting AS (
  SELECT a.id, a.original_id, a.product_id, c.weight, c.lexeme,
    ts_rank('{0.1, 0.2, 0.4, 1.0}', a.published_words, query) AS rank,
    count(*) OVER (PARTITION BY c.language, c.lexeme) AS articles
  FROM chosen AS c
  CROSS JOIN LATERAL (SELECT quote_literal(c.lexeme)::tsquery AS query) AS q
  JOIN service_article AS a ON a.language = c.language AND a.published_words @@ query
), scored AS (
  SELECT id, coalesce(original_id, id) AS family, count(*) AS words, max(rank) AS best,
    sum(weight * rank * ln(1 + %(articles)s / articles::float))
      * CASE WHEN max(product_id) = %(product)s THEN %(same_product)s ELSE 1 END AS score
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
