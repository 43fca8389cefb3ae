"""An article goes into the answer of a ticket."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from crm.log import log
from crm.models import User
from service.knowledge.choices import ArticleState, UseKind
from service.models import Article, ArticleUse, Ticket


@transaction.atomic
def use_article(*, actor: User | None, ticket: Ticket, article: Article, kind: str) -> str:
    """Note that the ticket is answered with this article; the words for the reply. Twice is noted once."""
    words = words_of(article, kind)
    use = ArticleUse(article=article, ticket=ticket, kind=kind, actor=actor)
    is_new = not ArticleUse.objects.filter(article=article, ticket=ticket).exists()
    ArticleUse.objects.bulk_create([use], ignore_conflicts=True)
    if is_new:
        summary = f"Answered {ticket.number} with “{article.title}”"
        log(actor=actor, verb="use article", object=ticket, contact_id=ticket.contact_id, summary=summary)
    return words


def words_of(article: Article, kind: str) -> str:
    """What stands in the reply: the published text, or the title with its address. Raises ValidationError for what
    customers cannot read there."""
    if article.state != ArticleState.PUBLISHED or article.published is None:
        raise ValidationError("This article is not published: its words are not for customers yet.")
    if kind == UseKind.TEXT:
        return article.published.plain.strip()
    if not article.is_public:
        raise ValidationError("This article is for colleagues: customers cannot open it. Take its text instead.")
    return f"{article.published.title}:\n{settings.CRM_BASE_URL}{article.public_path}"
