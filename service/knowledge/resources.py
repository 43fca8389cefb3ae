"""What the API shows of articles: the catalogue's fields and the records' own."""

from __future__ import annotations

from typing import Any

from crm.catalogue import FieldSpec
from crm.rest.resources import Resource
from service.knowledge.queries import search_articles
from service.models import Article


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(article: Article) -> int:
    return article.version


ARTICLES = Resource(
    name="articles",
    label="service.article",
    noun="article",
    default_sort="title",
    extras=(
        _own("body", "The newest text, as Markdown"),
        _own("number", "The number of the newest version of the words"),
        _own("original_id", "The article that this one is a translation of", stored="service.article.original"),
        _own("category_id", "The category, by id", stored="service.article.category"),
        _own("product_id", "The product, by id", stored="service.article.product"),
        _own("key", "The key in its public address: /help/KEY/"),
        _own("version", "The version, for a change"),
    ),
    search=search_articles,
    version=_version,
    updated_path="updated_at",
)
