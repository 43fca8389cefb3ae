"""What stands on the help pages before anybody searches: topics with their first articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from service.knowledge.finding import in_language
from service.models import Article, ArticleCategory, CategoryName

A_SHELF, A_PAGE = 6, 40


@dataclass
class Shelf:
    """A topic (None: what is in none) with its first articles and how many there are."""

    category: ArticleCategory | None
    name: str
    articles: list[Article] = field(default_factory=list)
    count: int = 0


def shelves_in(language: str, other: str) -> list[Shelf]:
    """The topics that customers have something to read in, in their order; `other` names what is in none. Three
    queries."""
    by_category: dict[str, Any] = {"partition_by": [F("category")]}
    rows = in_language(language).select_related("published").defer(*NOT_SHOWN)
    rows = rows.annotate(
        place=Window(RowNumber(), order_by=[F("sort_name").asc(), F("pk").asc()], **by_category),
        in_all=Window(Count("pk"), **by_category),
    ).filter(place__lte=A_SHELF)
    found: dict[int | None, Shelf] = {}
    names = category_names(language)
    for one in sorted(rows, key=lambda row: row.place):  # type: ignore[attr-defined]
        shelf = found.setdefault(one.category_id, Shelf(None, names.get(one.category_id or 0, other)))
        shelf.articles.append(one)
        shelf.count = one.in_all  # type: ignore[attr-defined]
    categories = {one.pk: one for one in ArticleCategory.objects.filter(pk__in=[key for key in found if key])}
    for key, shelf in found.items():
        shelf.category = categories.get(key or 0)
    last = len(categories) + 1
    order = {key: place for place, key in enumerate(categories)}
    return sorted(found.values(), key=lambda shelf: order.get(shelf.category.pk, last) if shelf.category else last)


def shelf_of(category_id: int, language: str, page: int) -> Shelf | None:
    """One topic, a page of it; None where customers have nothing to read in it."""
    rows = in_language(language).filter(category=category_id)
    count = rows.count()
    category = ArticleCategory.objects.filter(pk=category_id).first()
    if not count or category is None:
        return None
    start = (page - 1) * A_PAGE
    articles = list(
        rows.select_related("published").defer(*NOT_SHOWN).order_by("sort_name", "pk")[start : start + A_PAGE]
    )
    return Shelf(category, category_names(language).get(category.pk, category.name), articles, count)


def beside(article: Article, language: str, most: int = 5) -> Sequence[Article]:
    """Others of the same topic."""
    if article.category_id is None:
        return []
    rows = in_language(language).filter(category=article.category_id).exclude(pk=article.pk)
    return list(rows.select_related("published").defer(*NOT_SHOWN).order_by("sort_name", "pk")[:most])


def category_names(language: str) -> dict[int, str]:
    """Names of the categories in a language, or as they are."""
    own = dict(ArticleCategory.objects.values_list("pk", "name"))
    return own | dict(CategoryName.objects.filter(language=language).values_list("category", "name"))


NOT_SHOWN = ("body", "words", "published_words", "published__body", "published__plain")
