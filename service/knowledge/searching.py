"""Articles in the search of everything: by their words, in each article's language, best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm.catalogue import SearchFound, SearchHit, SearchSource
from crm.search.finding import drawn
from service.knowledge.choices import ArticleState
from service.knowledge.finding import find_articles, languages_in
from service.models import Article

if TYPE_CHECKING:
    from crm.models import User


def find(user: User, text: str, limit: int) -> SearchFound:
    """Those that are not taken off, by their newest words; what only comes close where nothing has all of them."""
    rows = Article.objects.visible_to(user).exclude(state=ArticleState.ARCHIVED)
    found = find_articles(rows, text, field="words", languages=languages_in(rows), most=limit)
    keys = [hit.article.pk for hit in found.hits]
    if found.is_close:
        return SearchFound(guess=lambda: drawn(show, user, keys))
    return SearchFound(drawn(show, user, keys), found.count)


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
