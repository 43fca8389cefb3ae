"""Finding articles by words: stemmed in each article's language, accents aside, titles first, the words marked.

What is typed is looked for as it is; where nothing has all of it, with the last word as a beginning; then any of its
words; then titles that come close.

At most a thousand that match are looked at, so that a word of most articles costs little more than a rare one; those
whose titles have the words as they are typed are looked up apart and so are never missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from django.contrib.postgres.search import CombinedSearchQuery, SearchHeadline, SearchQuery, SearchRank
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from crm.database.kept import ANY_TEXT, OTHER_TEXT, KeptStatement
from crm.filtering.folding import folded
from crm.filtering.searching import has_words
from crm.search.finding import MOST_HITS, cleaned
from service.knowledge.choices import ArticleLanguage
from service.models import Article
from service.models.articles import ArticleQuerySet

WEIGHTS = [0.1, 0.2, 0.4, 1.0]  # of D, C, B, A
MOST_WORDS = 12
SHORTEST = 2
BEGIN, END = "\ue000", "\ue001"
Query = SearchQuery | CombinedSearchQuery
Queries = Mapping[str, Query]  # by language
TOLD = ("pk", "language", "rank")


@dataclass(frozen=True)
class Hit:
    """One article that was found, its words marked."""

    article: Article
    title: SafeString
    snippet: SafeString


@dataclass(frozen=True)
class Found:
    """Hits of one page, best first, of `count`; `is_least`: no more were looked at. `is_close`: none has what was
    typed, these only come close."""

    hits: Sequence[Hit]
    count: int
    is_close: bool = False
    is_least: bool = False


@dataclass(frozen=True)
class Way:
    """What is looked for: `queries` give the rank; each of `parts`, a text with its queries, brings its share of the
    candidates, so that none crowds out another."""

    queries: Queries
    parts: Sequence[tuple[str, Queries]]
    is_close: bool = False

    @property
    def share(self) -> int:
        return MOST_HITS // len(self.parts)


def config_of(language: str) -> str:
    """The text search configuration of a language (made by a migration)."""
    return f"service_{language}"


def languages_in(rows: QuerySet[Article]) -> tuple[str, ...]:
    """Languages of these articles, in the order in which they are offered: one probe of an index each."""
    return languages_of(list(language_probes(rows)))


def public_languages() -> tuple[str, ...]:
    """Languages in which customers have something to read, by a kept statement: each help page asks."""
    return languages_of(_public_probes().ask())


@cache
def _public_probes() -> KeptStatement:
    return KeptStatement.of(language_probes(Article.objects.public()))


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
    """The best of `rows`, found by the vector in `field`. Two queries where something has all the words, three
    where more has them than is looked at."""
    text = cleaned(text.replace(BEGIN, "").replace(END, ""))
    if len(text) < SHORTEST or not languages:
        return Found((), 0)
    for way in _ways(text, languages):
        if found := ranked(rows, way, field):
            hits = _marked(dict(islice(found.items(), start, start + most)), way.queries, field)
            return Found(hits, min(len(found), MOST_HITS), way.is_close, len(found) > way.share)
    near = rows.filter(sort_name__trigram_word_similar=folded(text), language__in=languages)
    closest = dict(near.order_by("sort_name", "pk").values_list("pk", "language")[:most])
    return Found(_marked(closest, _one_way(text, languages), field), len(closest), bool(closest))


def matching(rows: QuerySet[Article], text: str, field: str, languages: Iterable[str]) -> QuerySet[Article, Any]:
    """The ids of rows that have all the words, or whose title has the text; in no order, some of them twice."""
    own = rows.filter(sort_name__contains=folded(text)).order_by()
    return _union([own, *_by_language(rows, _one_way(text, languages), field).values()], "pk")


def with_all_words(rows: QuerySet[Article], texts: Sequence[str], field: str) -> dict[int, Article]:
    """By place in `texts`: one of the rows in which a search finds all the words, where there is one. Three queries."""
    probes = []
    languages = languages_in(rows)
    for place, text in enumerate(cleaned(one) for one in texts):
        if len(text) >= SHORTEST:
            queries = {one: _all_words(text, one) for one in languages}
            found = _by_language(rows, queries, field).values()
            probes += [one.annotate(place=Value(place)).values_list("place", "pk")[:1] for one in found]
    if not probes:
        return {}
    first, *others = probes
    told = dict(first.union(*others, all=True) if others else first)
    articles = Article.objects.only("title", "state").in_bulk(set(told.values()))
    return {place: articles[key] for place, key in told.items()}


def _all_words(text: str, language: str) -> Query:
    """What has all the words, the last one perhaps as a beginning."""
    config = config_of(language)
    whole = SearchQuery(text, config=config, search_type="websearch")
    if not (begun := beginning_of(text)):
        return whole
    return whole | _beginning(" ".join(text.split()[:-1]), begun, config)


def ranked(rows: QuerySet[Article], way: Way, field: str) -> dict[int, str]:
    """Ids of rows that match, best first, each with its language. One more than the way's share of them says that
    there may be more; those whose titles have the words are looked up then, by a second query."""
    parts = []
    for text, queries in way.parts:
        matches = _by_language(rows, queries, field).items()
        ranks = {
            one: SearchRank(F(field), way.queries[one], weights=WEIGHTS, normalization=Value(1)) for one in queries
        }
        parts.append((text, [found.annotate(rank=ranks[one]) for one, found in matches]))
    best = _told([_union(found, *TOLD)[: way.share + 1] for _, found in parts])
    if len(best) > way.share:
        titled = [[one.filter(has_words("sort_name", text)) for one in found] for text, found in parts]
        best |= _told([_union(found, *TOLD)[: way.share] for found in titled])
    return {key: language for _, key, language in sorted(best.values())}


def _told(pools: Sequence[QuerySet[Article, Any]]) -> dict[int, tuple[float, int, str]]:
    """By id what the order is told from, of all pools in one query."""
    found = pools[0].union(*pools[1:], all=True) if len(pools) > 1 else pools[0]
    return {key: (-rank, key, language) for key, language, rank in found}


def _by_language(rows: QuerySet[Article], queries: Queries, field: str) -> dict[str, QuerySet[Article]]:
    """Rows that match, of each language apart: the index answers alone then, where an OR makes it read each vector."""
    return {one: rows.filter(**{"language": one, field: query}).order_by() for one, query in queries.items()}


def _union(parts: Sequence[QuerySet[Article]], *names: str) -> QuerySet[Article, Any]:
    first, *others = (one.values_list(*names) for one in parts)
    return first.union(*others, all=True) if others else first


def _ways(text: str, languages: Sequence[str]) -> Iterator[Way]:
    """What is looked for, narrow first."""
    whole = _one_way(text, languages)
    yield Way(whole, [(text, whole)])
    *before, _ = text.split()
    if beginning := beginning_of(text):
        begun = {one: _beginning(" ".join(before), beginning, config_of(one)) for one in languages}
        yield Way(begun, [(text, begun)])
    if before:
        words = text.replace('"', " ").replace("-", " ").split()[:MOST_WORDS]
        parts = [(word, _one_way(word, languages)) for word in dict.fromkeys(words)]
        if parts:
            yield Way(_one_way(" or ".join(words), languages), parts, is_close=True)


def _one_way(text: str, languages: Iterable[str]) -> dict[str, Query]:
    return {one: SearchQuery(text, config=config_of(one), search_type="websearch") for one in languages}


def _beginning(before: str, beginning: str, config: str) -> Query:
    query: Query = SearchQuery(beginning, config=config, search_type="raw")
    return SearchQuery(before, config=config, search_type="websearch") & query if before else query


def _marked(languages: Mapping[int, str], queries: Queries, field: str) -> list[Hit]:
    """These articles (their languages by id) in this order, with the words marked in titles and texts."""
    path = "published__" if field == "published_words" else ""
    text = "published__plain" if path else "summary"
    found: dict[int, Any] = {}
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
    hits = [found[key] for key in languages if key in found]
    return [Hit(one, with_marks(one.marked_title), with_marks(one.marked_text)) for one in hits]


def with_marks(text: str) -> SafeString:
    """A headline of PostgreSQL with its marks as HTML; all else is escaped."""
    parts: list[tuple[str, str, str]] = []
    for piece in text.split(BEGIN):
        marked, ended, rest = piece.partition(END)
        parts.append(("<", marked, rest) if ended else ("", "", piece))
    return format_html_join("", "{}{}", ((_mark(word) if is_marked else "", rest) for is_marked, word, rest in parts))


def _mark(word: str) -> SafeString:
    return format_html_join("", "<mark>{}</mark>", [(word,)])
