"""Categories of articles in the administration, with their names in further languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from crm.administration.bases import LoggedAdmin, ViewOnlyAdmin
from service.models import Article, ArticleCategory, ArticleSearch, ArticleVersion, ArticleVote, CategoryName

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Any, Any]
else:
    TabularInline = admin.TabularInline


class CategoryNameInline(TabularInline):
    model = CategoryName
    extra = 1


@admin.register(ArticleCategory)
class ArticleCategoryAdmin(LoggedAdmin):
    """Shelves of the knowledge base, in this order on the help pages."""

    list_display = ("name", "position")
    sortable_by = ()
    inlines = (CategoryNameInline,)


@admin.register(Article)
class ArticleAdmin(ViewOnlyAdmin):
    """Articles are written, published and taken off on their pages, where each step keeps its log."""

    list_display = ("title", "language", "audience", "state", "responsible", "review_on")
    list_select_related = ("responsible",)
    list_filter = ("state", "audience", "language")
    exclude = ("words", "published_words")
    found_by = ("key",)
    sortable_by = ()


@admin.register(ArticleVersion)
class ArticleVersionAdmin(ViewOnlyAdmin):
    """The words of articles as they were saved: only added to."""

    list_display = ("made_at", "article", "number", "author", "note")
    list_select_related = ("article", "author")
    sortable_by = ()


@admin.register(ArticleVote)
class ArticleVoteAdmin(ViewOnlyAdmin):
    """Whether articles helped, without who said so."""

    list_display = ("voted_at", "article", "is_helpful", "words")
    list_select_related = ("article",)
    exclude = ("visitor",)
    sortable_by = ()


@admin.register(ArticleSearch)
class ArticleSearchAdmin(ViewOnlyAdmin):
    """What was searched, without who."""

    list_display = ("searched_at", "text", "language", "place", "hits")
    exclude = ("visitor",)
    sortable_by = ()
