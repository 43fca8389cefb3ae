"""Reads of articles for pages: families, versions, how they are used and liked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from crm.models import User
from service.knowledge.choices import ArticleLanguage, ArticleState
from service.knowledge.finding import languages_in, matching
from service.models import Article, ArticleRead, ArticleUse, ArticleVote, WebForm
from service.models.articles import ArticleQuerySet


def search_articles(rows: QuerySet[Any], text: str, user: User | None = None) -> QuerySet[Any]:
    """Articles whose newest words the text finds, whatever their language."""
    text = " ".join(text.replace("\0", " ").split())
    if not text:
        return rows
    return rows.filter(pk__in=matching(Article.objects.all(), text, "words", languages_in(Article.objects.all())))


def family_of(article: Article) -> ArticleQuerySet:
    """An article with its translations, the original first."""
    found = Article.objects.filter(Q(pk=article.family_id) | Q(original=article.family_id))
    return found.order_by("original_id", "language")


def missing_languages(article: Article) -> list[tuple[str, str]]:
    """Languages into which an article is not translated, as choices."""
    there = set(family_of(article).values_list("language", flat=True))
    return [choice for choice in ArticleLanguage.choices if choice[0] not in there]


@dataclass
class Usefulness:
    """How an article does since a day: readers a day summed up, uses in answers, votes."""

    reads: int = 0
    uses: int = 0
    helped: int = 0
    votes: int = 0

    @property
    def share(self) -> float | None:
        return self.helped / self.votes if self.votes else None


def usefulness_of(keys: Sequence[int], since: dt.date) -> dict[int, Usefulness]:
    """By article, for a page of them: three queries."""
    found = {key: Usefulness() for key in keys}
    reads = ArticleRead.objects.filter(article__in=keys, read_on__gte=since)
    for key, count in reads.values_list("article").annotate(count=Count("pk")):
        found[key].reads = count
    uses = ArticleUse.objects.filter(article__in=keys, used_at__date__gte=since)
    for key, count in uses.values_list("article").annotate(count=Count("pk")):
        found[key].uses = count
    votes = ArticleVote.objects.filter(article__in=keys, voted_at__date__gte=since).values_list("article")
    for key, helped, count in votes.annotate(helped=Count("pk", filter=Q(is_helpful=True)), count=Count("pk")):
        found[key].helped, found[key].votes = helped, count
    return found


def has_new_words() -> Q:
    """Published, with newer words that wait."""
    return Q(state=ArticleState.PUBLISHED) & ~Q(published__number=F("number"))


def waiting_for_review() -> QuerySet[Article]:
    """What is looked at before it is published: what somebody asks to, and new words of what is published."""
    return Article.objects.filter(Q(state=ArticleState.REVIEW) | has_new_words()).order_by("updated_at")


def ask_path() -> str:
    """Where readers of the help pages write to whom nothing helped; empty where the house offers no form there."""
    form = WebForm.objects.filter(is_active=True, is_on_help=True).order_by("name").first()
    return form.public_path if form is not None else ""
