"""What readers of the help pages leave behind: that they read, what they searched, whether it helped.

These are counts, not acts of colleagues: each row is its own record, and none names anybody.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from crm.company import company_today
from crm.foreign.tokens import Purpose, make_token, read_token
from crm.locks import wait_for_word
from service.knowledge.choices import SearchPlace
from service.models import Article, ArticleRead, ArticleSearch, ArticleVote

STAMP_GOOD_FOR = dt.timedelta(hours=24)
HOUR = dt.timedelta(hours=1)
KEEP_SEARCHES, KEEP_READS = dt.timedelta(days=182), dt.timedelta(days=400)
MOST_SEARCHES, MOST_VOTES = 60, 30  # an hour from one visitor; more says nothing about articles
SEARCH_LOCK, VOTE_LOCK = 7331, 7332
LONGEST = 120


class TooMany(Exception):
    """So many votes came from one visitor that more are not counted for a while."""


def stamp_of_reading(article: Article) -> str:
    """Sent back by who reads a page of ours: only we can make it."""
    return make_token(Purpose.HELP, {"article": article.pk}, STAMP_GOOD_FOR)


def stamp_of_search(text: str, language: str, hits: int) -> str:
    return make_token(Purpose.HELP, {"text": text[:LONGEST], "language": language, "hits": hits}, STAMP_GOOD_FOR)


def note_seen(*, stamp: str, visitor: str) -> None:
    """Count what a page says that was seen on it; a stamp that is not ours counts nothing."""
    found = read_token(Purpose.HELP, stamp)
    if found is None:
        return
    if "article" in found:
        note_read(article_id=found["article"], visitor=visitor)
    elif "text" in found:
        note_search(
            text=found["text"],
            language=found["language"],
            hits=found["hits"],
            place=SearchPlace.HELP,
            visitor=visitor,
        )


def note_read(*, article_id: int, visitor: str) -> None:
    """One reader of an article today, however often they look."""
    if Article.objects.public().filter(pk=article_id).exists():
        row = ArticleRead(article_id=article_id, read_on=company_today(), visitor=visitor)
        ArticleRead.objects.bulk_create([row], ignore_conflicts=True)


@transaction.atomic
def note_search(*, text: str, language: str, hits: int, place: str, visitor: str) -> None:
    """What was searched; the same words of one visitor count once an hour."""
    wait_for_word(SEARCH_LOCK, visitor)
    text = " ".join(text.split())[:LONGEST]
    recent = ArticleSearch.objects.filter(visitor=visitor, searched_at__gte=timezone.now() - HOUR)
    if not text or recent.filter(text__iexact=text).exists() or recent.count() >= MOST_SEARCHES:
        return
    ArticleSearch.objects.create(text=text, language=language, hits=hits, place=place, visitor=visitor)


@transaction.atomic
def vote(*, article: Article, visitor: str, is_helpful: bool, words: str = "") -> ArticleVote:
    """One vote a visitor for an article; a second one takes the place of the first. Raises TooMany."""
    wait_for_word(VOTE_LOCK, visitor)
    recent = ArticleVote.objects.filter(visitor=visitor, voted_at__gte=timezone.now() - HOUR)
    if recent.exclude(article=article).count() >= MOST_VOTES:
        raise TooMany
    given = {"is_helpful": is_helpful, "words": words.strip()[:500], "voted_at": timezone.now()}
    return ArticleVote.objects.update_or_create(article=article, visitor=visitor, defaults=given)[0]


def forget_old() -> int:
    """Take away what readers left behind long ago: searches after half a year, readers after a year; how many."""
    now = timezone.now()
    gone = ArticleSearch.objects.filter(searched_at__lt=now - KEEP_SEARCHES).delete()[0]
    return gone + ArticleRead.objects.filter(read_on__lt=(now - KEEP_READS).date()).delete()[0]
