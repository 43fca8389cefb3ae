"""Articles for the access tests: each by its action, for its words hang on versions."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.files.base import ContentFile

from crm.models import StoredFile, User
from service.knowledge.actions import publish_article, write_article
from service.models import Article, ArticleFile
from service.portal.links import link_for
from tests.access.ticketed import make_ticket


@dataclass(frozen=True)
class Key:
    """Stands where others have a record: its key in the address is not its number."""

    pk: str


def make_article(owner: User, name: str) -> Article:
    return write_article(actor=None, fields={"title": f"CANARY article {name}", "body": "Words.", "responsible": owner})


def make_file(owner: User, name: str, article: Article | None = None) -> ArticleFile:
    stored = StoredFile(name="latch.txt", owner=owner, size=3)
    stored.file.save("any", ContentFile(b"a,b"), save=True)
    return ArticleFile.objects.create(
        article=article or make_article(owner, f"with file {name}"), name="latch.txt", file=stored
    )


def token_of(address: str) -> str:
    """The secret in a link to the portal."""
    return link_for(address).rstrip("/").rpartition("/")[2]


def make_public(owner: User, name: str) -> Article:
    fields = {"title": f"How to hang {name}", "body": "With two hooks.", "audience": "public"}
    return publish_article(actor=None, article=write_article(actor=None, fields=fields))


ARTICLE_MAKERS = {
    "ticket to learn from": make_ticket,
    "article": make_article,
    "file of an article": make_file,
    "key of an article": lambda owner, name: Key(make_public(owner, name).key),
    "secret of the portal": lambda owner, name: Key(token_of(f"{name.replace(' ', '.')}@portal.example")),
    "key of a file": lambda owner, name: Key(make_file(owner, name, make_public(owner, f"file {name}")).key),
}
