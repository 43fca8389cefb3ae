"""The fields of articles that lists and filter trees can show, filter and sort by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any, cast

from django.db import models
from django.db.models import Q
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from crm.catalogue import FieldSpec
from crm.company import company_today
from crm.models import User
from crm.templatetags.pieces import pill
from service.knowledge.choices import STATE_TONES, ArticleLanguage, ArticleState, Audience
from service.knowledge.queries import Usefulness, has_new_words, usefulness_of
from service.models import Article, ArticleCategory

COUNTED_DAYS = 90


def category_choices() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in ArticleCategory.objects.values_list("pk", "name")]


def _article(record: models.Model) -> Article:
    return cast(Article, record)


def _state(record: models.Model) -> SafeString:
    article = _article(record)
    return pill(article.get_state_display(), STATE_TONES[article.state])


def _review(record: models.Model) -> SafeString | str:
    article = _article(record)
    if article.review_on is None:
        return ""
    is_due = article.state == ArticleState.PUBLISHED and article.review_on <= company_today()
    shown = f"{article.review_on:%-d %b %Y}"
    return pill(shown, "warn", "alarm") if is_due else shown


def _at_hand(mark: str) -> Q:
    if mark == "due":
        return Q(state=ArticleState.PUBLISHED, review_on__lte=company_today())
    if mark == "waits":
        return has_new_words()
    if mark == "proposed":
        return Q(proposed_from__isnull=False) & ~Q(state__in=(ArticleState.PUBLISHED, ArticleState.ARCHIVED))
    raise ValueError("The marks of articles are “due”, “waits” and “proposed”.")


def _at_hand_words(mark: str) -> str:
    words = {"due": "due for a look", "waits": "new words wait", "proposed": "learned from tickets"}
    return words.get(mark, mark)


def _count(records: Sequence[Any], user: User) -> None:
    """What the columns of use need, once for a page."""
    since = company_today() - dt.timedelta(days=COUNTED_DAYS)
    found = usefulness_of([one.pk for one in records], since)
    for one in records:
        one.usefulness = found[one.pk]


def _of(record: Any) -> Usefulness:
    found: Usefulness = getattr(record, "usefulness", None) or Usefulness()
    return found


def _helpful(record: models.Model) -> str:
    found = _of(record)
    return "" if found.share is None else f"{found.share:.0%} of {found.votes}"


_USED: dict[str, Any] = {"kind": "number", "filter": False, "along": _count, "group": "Use"}
# who may read articles reads them whole: no rule hides a part of one
_spec = partial(FieldSpec, always=True)

ARTICLE_FIELDS = (
    _spec("title", "Title", "title", filter=False, in_trees=True, sort=True, sort_by="sort_name", default=True,
        order=10, held_in="sort_name"),
    _spec("state", "State", "state", kind="choice", choices=lambda: ArticleState.choices, default=True, order=20,
        cell=_state),
    _spec("audience", "For", "audience", kind="choice", choices=lambda: Audience.choices, default=True, order=21),
    _spec("language", "Language", "language", kind="choice", choices=lambda: ArticleLanguage.choices,
        default=True, order=22),
    _spec("category", "Category", "category", kind="choice", choices=category_choices, default=True, order=23,
        select=("category",), cell=lambda one: conditional_escape(str(_article(one).category or "")),
        value=lambda one: str(_article(one).category or "")),
    _spec("product", "Product", "product__name", select=("product",), order=24),
    _spec("responsible", "Kept right by", "responsible", kind="person", select=("responsible",), default=True,
        order=25),
    _spec("review_on", "Review on", "review_on", kind="date", sort=True, default=True, order=26, cell=_review),
    _spec("summary", "Summary", "summary", filter=False, order=27),
    _spec("published_at", "Published", "published_at", kind="date", sort=True, order=28),
    _spec("updated_at", "Changed", "updated_at", kind="date", sort=True, order=29),
    _spec("reads", f"Readers in {COUNTED_DAYS} days", "id", order=40, default=True,
        cell=lambda one: f"{_of(one).reads:,}",
        value=lambda one: _of(one).reads, stored="service.article.title", **_USED),
    _spec("uses", f"Answers in {COUNTED_DAYS} days", "id", order=41, cell=lambda one: f"{_of(one).uses:,}",
        value=lambda one: _of(one).uses, stored="service.article.title", **_USED),
    _spec("helpful", "Helped", "id", order=42, default=True, cell=_helpful,
        value=lambda one: _of(one).share, stored="service.article.title", **_USED),
    _spec("original", "Translations of", "original", kind="record", column=False, order=50),
    _spec("at_hand", "At hand", "pk", kind="mark", column=False, order=60, mark=_at_hand, words=_at_hand_words,
        stored="service.article.state"),
)  # fmt: skip
