"""Finding articles by words: stemmed in each article's language, accents aside, titles first, the words marked.

What is typed is looked for as it is; where nothing has all of it, with the last word as a beginning; then any of its
words; then titles that come close.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import CombinedSearchQuery, SearchHeadline, SearchQuery, SearchRank
from django.db.models import Case, Count, Exists, F, FloatField, OuterRef, Q, QuerySet, Value, When, Window
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from crm.database.kept import ANY_TEXT, OTHER_TEXT
from crm.filtering.folding import folded
from crm.search.finding import cleaned
from service.knowledge.choices import ArticleLanguage
from service.models import Article
from service.models.articles import ArticleQuerySet

WEIGHTS = [0.1, 0.2, 0.4, 1.0]  # of D, C, B, A
MOST_WORDS = 12
SHORTEST = 2
BEGIN, END = "\ue000", "\ue001"
Query = SearchQuery | CombinedSearchQuery


@dataclass(frozen=True)
class Hit:
    """One article that was found, its words marked."""

    article: Article
    title: SafeString
    snippet: SafeString


@dataclass(frozen=True)
class Found:
    """Hits of one page, best first; `is_close`: none has what was typed, these only come close."""

    hits: Sequence[Hit]
    count: int
    is_close: bool = False


def config_of(language: str) -> str:
    """The text search configuration of a language (made by a migration)."""
    return f"service_{language}"


def languages_in(rows: QuerySet[Article]) -> tuple[str, ...]:
    """Languages of these articles, in the order in which they are offered: one probe of an index each."""
    return languages_of(list(language_probes(rows)))


def language_probes(rows: QuerySet[Article]) -> QuerySet[Article, tuple[bool, ...]]:
    """One row that says of each language whether there is an article in it; none where there is no article at all."""
    probes = {f"has_{one}": Exists(rows.filter(language=one)) for one in ArticleLanguage.values}
    return Article.objects.order_by().annotate(**probes).values_list(*probes)[:1]


def languages_of(probed: Sequence[tuple[bool, ...]]) -> tuple[str, ...]:
    """What `language_probes` said."""
    return tuple(one for row in probed for one, is_there in zip(ArticleLanguage.values, row, strict=True) if is_there)


def in_language(language: str) -> ArticleQuerySet:
    """What customers read in a language: articles in it, and originals of which there is no translation into it."""
    translated = Article.objects.public().filter(original=OuterRef("pk"), language=language)
    return Article.objects.public().filter(Q(language=language) | (Q(original=None) & ~Exists(translated)))


def may_have(rows: QuerySet[Article], field: str, languages: Iterable[str]) -> QuerySet[Article]:
    """Rows in which `find_articles` may find all the words of `ANY_TEXT`, of which `OTHER_TEXT` is `beginning_of`: for
    a statement that is kept. Where there is none of them, there is none with all the words."""
    found = Q()
    for one in languages:
        begun = SearchQuery(OTHER_TEXT, config=config_of(one), search_type="raw")
        whole = SearchQuery(ANY_TEXT, config=config_of(one), search_type="websearch")
        found |= Q(Q(**{field: whole}) | Q(**{field: begun}), language=one)
    return rows.filter(found)


def beginning_of(text: str) -> str:
    """The last word as a beginning, as PostgreSQL takes it; empty where it is too short for one."""
    last = "".join(sign for sign in text.rsplit(maxsplit=1)[-1] if sign.isalnum()) if text else ""
    return f"'{last}':*" if len(last) > SHORTEST else ""


def find_articles(
    rows: QuerySet[Article], text: str, *, field: str, languages: Sequence[str], start: int = 0, most: int = 10
) -> Found:
    """The best of `rows`, found by the vector in `field`. Two queries where something has all the words."""
    text = cleaned(text.replace(BEGIN, "").replace(END, ""))
    if len(text) < SHORTEST or not languages:
        return Found((), 0)
    for is_close, queries in _ways(text, languages):
        found = list(ranked(rows, queries, field)[start : start + most])
        if found or start:
            count = found[0].total if found else 0
            return Found(_marked([one.pk for one in found], queries, field), count, is_close)
    near = rows.filter(sort_name__trigram_word_similar=folded(text), language__in=languages)
    keys = list(near.order_by("sort_name", "pk").values_list("pk", flat=True)[:most])
    return Found(_marked(keys, _one_way(text, languages), field), len(keys), bool(keys))


def matching(rows: QuerySet[Article], text: str, field: str, languages: Iterable[str]) -> QuerySet[Article]:
    """Rows that have all the words, or whose title has the text; in no order."""
    queries = _one_way(text, languages)
    own = Q(sort_name__contains=folded(text))
    return rows.filter(_condition(queries, field) | own) if queries else rows.filter(own)


def ranked(rows: QuerySet[Article], queries: dict[str, Query], field: str) -> QuerySet[Any]:
    """Rows that match, best first, each with their number as `total`."""
    ranks = [
        When(language=language, then=SearchRank(F(field), query, weights=WEIGHTS, normalization=Value(1)))
        for language, query in queries.items()
    ]
    rank = Case(*ranks, default=Value(0.0), output_field=FloatField())
    found = rows.filter(_condition(queries, field)).annotate(total=Window(Count("*")))
    return found.order_by(rank.desc(), "pk").only("pk")


def _condition(queries: dict[str, Query], field: str) -> Q:
    found = Q()
    for language, query in queries.items():
        found |= Q(**{"language": language, field: query})
    return found


def _ways(text: str, languages: Sequence[str]) -> Iterator[tuple[bool, dict[str, Query]]]:
    """What is looked for, narrow first."""
    yield False, _one_way(text, languages)
    *before, _ = text.split()
    if beginning := beginning_of(text):
        yield False, {one: _beginning(" ".join(before), beginning, config_of(one)) for one in languages}
    if before:
        any_of = " or ".join(text.replace('"', " ").replace("-", " ").split()[:MOST_WORDS])
        yield True, _one_way(any_of, languages)


def _one_way(text: str, languages: Iterable[str]) -> dict[str, Query]:
    return {one: SearchQuery(text, config=config_of(one), search_type="websearch") for one in languages}


def _beginning(before: str, beginning: str, config: str) -> Query:
    query: Query = SearchQuery(beginning, config=config, search_type="raw")
    return SearchQuery(before, config=config, search_type="websearch") & query if before else query


def _marked(keys: Sequence[int], queries: dict[str, Query], field: str) -> list[Hit]:
    """These articles in this order, with the words marked in titles and texts."""
    path = "published__" if field == "published_words" else ""
    text = "published__plain" if path else "summary"
    found: dict[int, Any] = {}
    languages = dict(Article.objects.filter(pk__in=keys).values_list("pk", "language"))
    for language in dict.fromkeys(languages.values()):
        query = queries[language]
        marks: dict[str, Any] = {"config": config_of(language), "start_sel": BEGIN, "stop_sel": END}
        rows = Article.objects.filter(pk__in=[key for key, one in languages.items() if one == language])
        rows = rows.select_related("category", "published").defer("body", "words", "published_words", "published__body")
        found |= {
            row.pk: row
            for row in rows.annotate(
                marked_title=SearchHeadline(f"{path}title", query, highlight_all=True, **marks),
                marked_text=SearchHeadline(text, query, max_fragments=2, max_words=22, min_words=8, **marks),
            )
        }
    return [Hit(found[key], with_marks(found[key].marked_title), with_marks(found[key].marked_text)) for key in keys]


def with_marks(text: str) -> SafeString:
    """A headline of PostgreSQL with its marks as HTML; all else is escaped."""
    parts: list[tuple[str, str, str]] = []
    for piece in text.split(BEGIN):
        marked, ended, rest = piece.partition(END)
        parts.append(("<", marked, rest) if ended else ("", "", piece))
    return format_html_join("", "{}{}", ((_mark(word) if is_marked else "", rest) for is_marked, word, rest in parts))


def _mark(word: str) -> SafeString:
    return format_html_join("", "<mark>{}</mark>", [(word,)])
