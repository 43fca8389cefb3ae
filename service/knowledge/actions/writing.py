"""Writing articles: each change of the words is a version of its own, and none is ever lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.access import can
from crm.choices import Verb
from crm.foreign.markdown import text_of_markdown
from crm.log import log
from crm.models import User
from crm.saving import assign, locked
from service.choices import ENDED, MessageKind
from service.knowledge.choices import SHARED_FACTS, ArticleState, Audience
from service.knowledge.keeping import refresh_articles
from service.knowledge.queries import family_of
from service.models import Article, ArticleVersion, Message, Ticket

WORDS = ("title", "summary", "body")
CHANGED_WORDS = "Changed the words of"


@transaction.atomic
def write_article(
    *, actor: User | None, fields: Mapping[str, Any], original: Article | None = None, note: str = ""
) -> Article:
    """A draft of the given model fields (at least `title` and `body`). As a translation of `original` it has its
    audience, category and product. Raises ValidationError where there is that translation already."""
    article = Article(**fields)
    if original is not None:
        article.original_id = original.family_id
        if family_of(original).filter(language=article.language).exists():
            raise ValidationError({"language": "There is an article in this language already: change that one."})
        for name in SHARED_FACTS:
            setattr(article, name, getattr(original, name))
    article.responsible = article.responsible or actor
    article.save()
    keep_version(article, actor=actor, note=note)
    refresh_articles([article.pk])
    log(actor=actor, verb="create", object=article, summary=f"New article: {article.title}")
    article.refresh_from_db()
    return article


@transaction.atomic
def change_article(
    *, actor: User | None, article: Article, version: int, fields: Mapping[str, Any], note: str = ""
) -> Article:
    """Change what is given. Changed words are a new version, which customers get once it is published; a changed
    audience, category or product is one of all translations, at once. Raises `StaleRecord`."""
    current: Article = locked(article, version)
    _refuse_showing(actor, current, fields)
    changed = assign(current, fields)
    if not changed:
        return current
    if "language" in fields and family_of(current).exclude(pk=current.pk).filter(language=current.language).exists():
        raise ValidationError({"language": "There is an article in this language already."})
    newest = current.versions.first()
    has_new_words = newest is None or any(getattr(current, name) != getattr(newest, name) for name in WORDS)
    if has_new_words:
        current.number += 1
        current.state = ArticleState.DRAFT if current.state == ArticleState.ARCHIVED else current.state
    current.version += 1
    current.save()
    if has_new_words:
        keep_version(current, actor=actor, note=note)
    family = _share_facts(current)
    refresh_articles([current.pk, *family])
    log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of “{current.title}”")
    return current


@transaction.atomic
def restore_version(*, actor: User | None, article: Article, number: int) -> Article:
    """Bring the words of an earlier version back, as a new one."""
    earlier = article.versions.filter(number=number).first()
    if earlier is None:
        raise ValidationError("There is no such version.")
    current: Article = Article.objects.select_for_update().get(pk=article.pk)
    words = {name: getattr(earlier, name) for name in WORDS}
    note = f"As in version {number}"
    return change_article(actor=actor, article=current, version=current.version, fields=words, note=note)


@transaction.atomic
def propose_article(*, actor: User | None, ticket: Ticket) -> Article:
    """A draft for colleagues of a solved ticket: what was asked, and what answered it. Twice is once."""
    held = Ticket.objects.select_for_update().get(pk=ticket.pk)
    there = held.proposed_articles.exclude(state=ArticleState.ARCHIVED).first()
    if there is not None:
        return there
    if held.state not in ENDED:
        raise ValidationError("Solve this ticket first: an article says what helped.")
    asked = held.messages.filter(kind=MessageKind.IN).order_by("sent_at", "pk").first()
    answer = held.messages.filter(kind=MessageKind.OUT).order_by("-sent_at", "-pk").first()
    if answer is None:
        raise ValidationError("Nothing was answered in this ticket by which others could be helped.")
    fields = {
        "title": held.subject[:200],
        "body": f"## What was asked\n\n{_quoted(asked)}\n\n## What helped\n\n{_escaped(answer.text)}\n",
        "audience": Audience.INTERNAL,
        "product": held.product,
        "proposed_from": held,
    }
    return write_article(actor=actor, fields=fields, note=f"From ticket {held.number}")


def keep_version(article: Article, *, actor: User | None, note: str = "") -> ArticleVersion:
    """The article's words as its version `number`."""
    words = {name: getattr(article, name) for name in WORDS}
    plain = text_of_markdown(article.body)
    return ArticleVersion.objects.create(
        article=article, number=article.number, author=actor, note=note[:200], plain=plain, **words
    )


def _refuse_showing(actor: User | None, article: Article, fields: Mapping[str, Any]) -> None:
    """What colleagues read is shown to customers by who may publish, whoever may change its words."""
    is_shown = fields.get("audience") == Audience.PUBLIC and article.audience != Audience.PUBLIC
    is_published = family_of(article).published().exists()
    if is_shown and is_published and not can(actor, Verb.RUN, article):
        raise ValidationError({"audience": "It is published: ask somebody who may publish to show it to customers."})


def _share_facts(article: Article) -> list[int]:
    """Translations follow in what they have in common; the ids of those that changed."""
    facts = {f"{name}_id" if name != "audience" else name: None for name in SHARED_FACTS}
    shared = {name: getattr(article, name) for name in facts}
    family = family_of(article).exclude(pk=article.pk)
    keys = [one.pk for one in family if any(getattr(one, name) != value for name, value in shared.items())]
    if keys:
        Article.objects.filter(pk__in=keys).update(**shared)
    return keys


def _quoted(message: Message | None) -> str:
    if message is None:
        return "> "
    return "\n".join(f"> {line}" for line in _escaped(message.text).splitlines())


def _escaped(text: str) -> str:
    """Words of a mail as Markdown: nothing in them is a mark."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|~" else sign for sign in text)
