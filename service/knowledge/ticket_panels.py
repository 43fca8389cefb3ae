"""What knowledge puts on a ticket's page: articles that fit it, and the way from a solved ticket to an article."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.http import HttpRequest

from crm.access import can
from crm.catalogue import RecordPanel
from crm.choices import Verb
from crm.requests import SignedInRequest
from service.knowledge.choices import ArticleState
from service.models import Article, Ticket


def fitting(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """Fetched once the page is there; nothing on a ticket that goes on elsewhere."""
    ticket, user = cast(Ticket, record), cast(SignedInRequest, request).user
    return None if ticket.is_merged or not can(user, Verb.VIEW, Article) else {"ticket": ticket}


def proposing(request: HttpRequest, record: models.Model) -> dict[str, Any] | None:
    """The button on a solved ticket; where there is an article of it, the way there."""
    ticket, user = cast(Ticket, record), cast(SignedInRequest, request).user
    if ticket.is_unsolved or ticket.is_merged or not can(user, Verb.ADD, Article):
        return None
    there = Article.objects.exclude(state=ArticleState.ARCHIVED).filter(proposed_from=ticket.pk)
    return {"ticket": ticket, "article": there.only("title").first()}


PANELS = (
    RecordPanel("articles", "Articles", "service/knowledge/_fitting.html", fitting, place="side", order=5),
    RecordPanel("propose", "Make an article", "service/knowledge/_propose.html", proposing, place="action", order=50),
)
