"""The REST API of articles: the pages' forms, actions and rows, and what customers may read, for other sites."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Body, Query, Router, Schema
from pydantic import Field

from crm.choices import Verb
from crm.rest.listing import ApiList
from crm.rest.schemas import Input, Named, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, created, filled, found, refuse_without
from service.knowledge import actions
from service.knowledge.choices import ArticleLanguage
from service.knowledge.finding import find_articles, in_language, public_languages
from service.knowledge.forms import ArticleForm
from service.knowledge.rendering import shown
from service.knowledge.resources import ARTICLES
from service.models import Article, ArticleVersion

AREA = "articles"
MOST_FOUND, MOST_VERSIONS = 20, 200
NAMES = {"category_id": "category", "product_id": "product", "responsible_id": "responsible", "note": "why"}
articles = Router(tags=["Articles"])
ArticleOut = record_schema("Article", ARTICLES)


class ArticleFields(Input):
    """What can be set on an article. A value that is left out stays; null empties it. Its state changes by steps."""

    title: str | None = Field(None, max_length=200, examples=["How to hang a frame"])
    summary: str | None = Field(None, max_length=300)
    body: str | None = Field(None, max_length=100_000, description="Markdown.", examples=["With **two** hooks."])
    language: str | None = Field(None, max_length=8, description="Two letters, such as en or de.")
    audience: str | None = Field(None, max_length=8, description="internal or public.")
    category_id: int | None = None
    product_id: int | None = None
    responsible_id: int | None = None
    review_on: str | None = Field(None, max_length=10, description="A day, such as 2027-03-01.")


class ArticleIn(ArticleFields):
    original_id: int | None = Field(None, ge=1, description="The article that this one is to be a translation of.")


class ArticlePatch(ArticleFields):
    note: str | None = Field(None, max_length=200, description="What was changed, for the history.")
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


class NumberIn(Input):
    number: int = Field(ge=1, le=2_000_000_000, description="The version whose words come back.")


class VersionOut(Schema):
    number: int
    title: str
    summary: str
    body: str
    note: str
    author: Named | None
    made_at: dt.datetime


class Versions(Schema):
    items: list[VersionOut]


class Asked(Schema):
    q: str = Field("", max_length=200, description="Words to look for.")
    language: str = Field("en", max_length=8, description="The reader's language.")


class PublicOut(Schema):
    key: str
    language: str
    title: str
    summary: str
    html: str = Field(description="Harmless HTML of the published words.")
    url: str
    published_at: dt.datetime | None


class Public(Schema):
    items: list[PublicOut]
    count: int = Field(description="How many there are; how many were looked at where `is_least`.")
    is_least: bool = Field(description="There are so many or more: a search looks at no more.")
    is_close: bool = Field(description="None has all the words: these only come close.")


@articles.get(
    "", response=page_schema("Article", ArticleOut), auth=reads(AREA), openapi_extra=list_parameters(ARTICLES)
)
def list_articles(request: HttpRequest) -> HttpResponse:
    """Articles, page by page, with the filters of the list page."""
    return ApiList(ARTICLES, request).response()


@articles.post("", response={201: ArticleOut}, auth=writes(AREA))
def create_article(request: HttpRequest, body: Body[ArticleIn]) -> HttpResponse:
    """Write a draft. Send an `Idempotency-Key` to write it once."""
    refuse_without(caller(request), Verb.ADD, Article)

    def make() -> Article:
        original = found(ARTICLES, request, body.original_id) if body.original_id else None
        form = _form(request, body.model_dump(exclude_unset=True, exclude={"original_id"}), None, original)
        return actions.write_article(actor=caller(request), fields=form.article_fields, original=original)

    return created(ARTICLES, request, make)


@articles.get("/published", response=Public, auth=reads(AREA))
def list_published(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """What customers may read, in their language or the one it has; with `q` the best that is found: 20 at most."""
    language = asked.language if asked.language in ArticleLanguage.values else ArticleLanguage.ENGLISH.value
    rows = in_language(language)
    words = asked.q.replace("\0", "").strip()
    if words:
        hits = find_articles(rows, words, field="published_words", languages=public_languages(), most=MOST_FOUND)
        chosen = [hit.article for hit in hits.hits]
        count, is_least, is_close = hits.count, hits.is_least, hits.is_close
    else:
        chosen = list(rows.select_related("published").order_by("sort_name", "pk")[:MOST_FOUND])
        count, is_least, is_close = rows.count(), False, False
    items = [_public(one) for one in chosen]
    return JsonResponse({"items": items, "count": count, "is_least": is_least, "is_close": is_close})


@articles.get("/{int:article_id}", response=ArticleOut, auth=reads(AREA))
def get_article(request: HttpRequest, article_id: int) -> HttpResponse:
    """One article with its newest words, with its version as `ETag`."""
    return answer(ARTICLES, request, found(ARTICLES, request, article_id))


@articles.patch("/{int:article_id}", response=ArticleOut, auth=writes(AREA))
def change_article(request: HttpRequest, article_id: int, body: Body[ArticlePatch]) -> HttpResponse:
    """Change what is given; changed words are a new version. Needs `If-Match` or `version`."""
    article = found(ARTICLES, request, article_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = _form(request, body.model_dump(exclude_unset=True, exclude={"version"}), article)
    expected.save(
        lambda: actions.change_article(
            actor=caller(request), article=article, version=expected.version, fields=form.article_fields,
            note=form.cleaned_data["why"],
        )
    )  # fmt: skip
    return answer(ARTICLES, request, found(ARTICLES, request, article_id))


@articles.get("/{int:article_id}/versions", response=Versions, auth=reads(AREA))
def list_versions(request: HttpRequest, article_id: int) -> HttpResponse:
    """The newest 200 versions of an article's words."""
    article = found(ARTICLES, request, article_id)
    rows = article.versions.select_related("author").defer("plain")[:MOST_VERSIONS]
    return JsonResponse({"items": [_version(one) for one in rows]})


@articles.post("/{int:article_id}/restore", response=ArticleOut, auth=writes(AREA))
def restore_article(request: HttpRequest, article_id: int, body: Body[NumberIn]) -> HttpResponse:
    """Bring the words of an earlier version back, as a new one."""
    article = found(ARTICLES, request, article_id, Verb.CHANGE)
    acted(lambda: actions.restore_version(actor=caller(request), article=article, number=body.number))
    return answer(ARTICLES, request, found(ARTICLES, request, article_id))


@articles.post("/{int:article_id}/review", response=ArticleOut, auth=writes(AREA))
def review_article(request: HttpRequest, article_id: int) -> HttpResponse:
    """Ask somebody who may publish to look at it."""
    return _step(request, article_id, actions.ask_review, Verb.CHANGE)


@articles.post("/{int:article_id}/publish", response=ArticleOut, auth=writes(AREA))
def publish_article(request: HttpRequest, article_id: int) -> HttpResponse:
    """The newest words are what is read from now on."""
    return _step(request, article_id, actions.publish_article, Verb.RUN)


@articles.post("/{int:article_id}/confirm", response=ArticleOut, auth=writes(AREA))
def confirm_article(request: HttpRequest, article_id: int) -> HttpResponse:
    """It is still right: due again in half a year."""
    return _step(request, article_id, actions.confirm_article, Verb.CHANGE)


@articles.post("/{int:article_id}/withdraw", response=ArticleOut, auth=writes(AREA))
def withdraw_article(request: HttpRequest, article_id: int) -> HttpResponse:
    """Nobody finds it any more; its versions stay."""
    return _step(request, article_id, actions.withdraw_article, Verb.RUN)


def _public(article: Article) -> dict[str, Any]:
    words = article.published
    if words is None:
        raise Http404
    return {
        "key": article.key,
        "language": article.language,
        "title": words.title,
        "summary": words.summary,
        "html": shown(article, words.body, to_customers=True),
        "url": f"{settings.CRM_BASE_URL}{article.public_path}",
        "published_at": article.published_at.isoformat() if article.published_at else None,
    }


def _version(version: ArticleVersion) -> dict[str, Any]:
    author = version.author
    return {
        "number": version.number,
        "title": version.title,
        "summary": version.summary,
        "body": version.body,
        "note": version.note,
        "author": {"id": author.pk, "name": author.name} if author else None,
        "made_at": version.made_at.isoformat(),
    }


def _step(request: HttpRequest, article_id: int, act: Any, verb: str) -> HttpResponse:
    article = found(ARTICLES, request, article_id, verb)
    acted(lambda: act(actor=caller(request), article=article))
    return answer(ARTICLES, request, found(ARTICLES, request, article_id))


def _form(
    request: HttpRequest, given: dict[str, Any], record: Article | None, original: Article | None = None
) -> ArticleForm:
    """The page's form, filled and valid."""
    user = caller(request)

    def make_form(data: Any) -> ArticleForm:
        return ArticleForm(data=data, user=user, record=record, initial={}, of=original)

    return cast(ArticleForm, filled(make_form, given, NAMES, user))
