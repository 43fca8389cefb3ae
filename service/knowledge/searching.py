"""Articles in the search of everything: by their words, in each article's language, best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm.access import visible_words
from crm.database.kept import KeptStatement, Shelf
from crm.search.finding import cleaned, drawn
from crm.search.spec import SearchFound, SearchHit, SearchSource
from service.knowledge.choices import ArticleState
from service.knowledge.finding import Found, beginning_of, find_articles, language_probes, languages_of, may_have
from service.models import Article
from service.models.articles import ArticleQuerySet

if TYPE_CHECKING:
    from crm.models import User


def find(user: User, text: str, limit: int) -> SearchFound:
    """Those that are not taken off, by their newest words; what only comes close where nothing has all of them."""
    rows, text = _found_among(user), cleaned(text)
    known = _known.get_or_make(visible_words(Article, user), lambda: _Known(user))
    languages = known.languages()

    def look() -> Found:
        return find_articles(rows, text, field="words", languages=languages, most=limit)

    def hits(found: Found) -> tuple[SearchHit, ...]:
        return drawn(show, user, [hit.article.pk for hit in found.hits])

    if not known.may_have(text, languages) or (found := look()).is_close:
        return SearchFound(guess=lambda: hits(look()))
    return SearchFound(hits(found), found.count, is_capped=found.is_least)


def _found_among(user: User) -> ArticleQuerySet:
    return Article.objects.visible_to(user).exclude(state=ArticleState.ARCHIVED)


class _Known:
    """What is asked at each search of everything, most of which are for something else than an article."""

    def __init__(self, user: User) -> None:
        self._rows = _found_among(user)
        self._languages = KeptStatement.of(language_probes(self._rows))
        self._any: dict[tuple[str, ...], KeptStatement] = {}

    def languages(self) -> tuple[str, ...]:
        """Languages of the articles that the person may see."""
        return languages_of(self._languages.ask())

    def may_have(self, text: str, languages: tuple[str, ...]) -> bool:
        """Whether any of them may have all the words: one statement, where finding takes several."""
        if not languages or not text:
            return False
        if languages not in self._any:
            self._any[languages] = KeptStatement.of(may_have(self._rows, "words", languages).values_list("pk")[:1])
        return bool(self._any[languages].ask(text, other=beginning_of(text)))


_known: Shelf[_Known] = Shelf()


def show(user: User, keys: Sequence[int]) -> dict[int, SearchHit]:
    rows = Article.objects.visible_to(user).filter(pk__in=keys).defer("body", "words", "published_words")
    return {
        one.pk: SearchHit(
            one.title,
            one.get_absolute_url(),
            "book",
            " · ".join((one.get_audience_display(), one.get_language_display(), one.get_state_display())),
        )
        for one in rows
    }


SOURCES = (SearchSource("articles", "Knowledge", "service.article", find, show, all_url_name="service:article_list"),)
