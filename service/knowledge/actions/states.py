"""An article on its way: asked to be reviewed, published, confirmed, taken off."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crm.company import company_today
from crm.log import log
from crm.models import User
from crm.notes.choices import NoticeKind
from crm.notes.notices import News
from crm.notes.notices import tell as ring_bell
from service.knowledge.choices import ArticleState
from service.knowledge.keeping import refresh_articles
from service.models import Article

REVIEW_AFTER = dt.timedelta(days=182)


def _held(article: Article) -> Article:
    return Article.objects.select_for_update().get(pk=article.pk)


@transaction.atomic
def ask_review(*, actor: User | None, article: Article) -> Article:
    """Ask somebody who may publish to look at it. Twice is once."""
    current = _held(article)
    if current.state == ArticleState.REVIEW:
        return current
    if current.state == ArticleState.PUBLISHED:
        raise ValidationError("This article is published: its new words are published as they are asked for.")
    return _into(current, ArticleState.REVIEW, "ask review", "Asked for a review of", actor=actor)


@transaction.atomic
def return_article(*, actor: User | None, article: Article, words: str) -> Article:
    """Give it back with what is to be mended; who wrote it is told."""
    current = _held(article)
    if current.state != ArticleState.REVIEW:
        raise ValidationError("Nobody asked for a review of this article.")
    current.to_mend = " ".join(words.replace("\0", " ").split())[:300]
    current = _into(current, ArticleState.DRAFT, "return", "Gave back", actor=actor)
    newest = current.versions.select_related("author").first()
    author = newest.author if newest else None
    if author is not None and author != actor and author.is_active:
        title = f"{actor.name if actor else 'Somebody'} gave back: {current.title}"
        key, url = f"article returned:{current.pk}:{current.version}", current.get_absolute_url()
        ring_bell([News(user=author, kind=NoticeKind.ANSWER, title=title, url=url, key=key, text=words[:300])])
    return current


@transaction.atomic
def publish_article(*, actor: User | None, article: Article) -> Article:
    """The newest words are what is read from now on. Twice is once; without a day of review it gets one in half a
    year."""
    current = _held(article)
    newest = current.versions.first()
    if current.state == ArticleState.PUBLISHED and newest is not None and current.published_id == newest.pk:
        return current
    current.published, current.published_at = newest, timezone.now()
    today = company_today()
    if current.review_on is None or current.review_on <= today:
        current.review_on = today + REVIEW_AFTER
    return _into(current, ArticleState.PUBLISHED, "publish", "Published", actor=actor)


@transaction.atomic
def confirm_article(*, actor: User | None, article: Article) -> Article:
    """It was looked at and is still right: due again in half a year."""
    current = _held(article)
    if current.state != ArticleState.PUBLISHED:
        raise ValidationError("Only what is published is looked at again.")
    current.review_on = company_today() + REVIEW_AFTER
    return _into(current, ArticleState.PUBLISHED, "confirm", "Still right:", actor=actor)


@transaction.atomic
def withdraw_article(*, actor: User | None, article: Article) -> Article:
    """Take it off: nobody finds it any more, its versions stay. Twice is once."""
    current = _held(article)
    if current.state == ArticleState.ARCHIVED:
        return current
    return _into(current, ArticleState.ARCHIVED, "withdraw", "Took off", actor=actor)


def _into(article: Article, state: str, verb: str, words: str, *, actor: User | None) -> Article:
    article.to_mend = article.to_mend if state == ArticleState.DRAFT else ""
    article.state = state
    article.version += 1
    article.save()
    refresh_articles([article.pk])
    log(actor=actor, verb=verb, object=article, summary=f"{words} “{article.title}”")
    return article
