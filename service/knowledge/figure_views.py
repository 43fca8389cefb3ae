"""The page of what is missing in the knowledge base, and what the rest is good for."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.field_rights import hides
from crm.requests import SignedInRequest
from crm.views.base import ScopedView
from service.knowledge.figures import WEEKS, KnowledgeFigures, Share, knowledge_figures
from service.models import Article, ArticleSearch


class KnowledgeGapsView(ScopedView):
    """Searches in vain, tickets that were answered without an article, and how articles do, week by week."""

    model = ArticleSearch
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, ArticleSearch):
            raise PermissionDenied
        found = knowledge_figures(user)
        context = {
            "found": found,
            "figures": _cards(found),
            "weeks": WEEKS,
            "may_add": can(user, Verb.ADD, Article),
            "about": () if hides(user, "service.ticket.product") else found.about,
            "most": max((one.in_vain for one in found.weeks), default=0),
        }
        return render(request, "service/knowledge/gaps.html", context)


def _cards(found: KnowledgeFigures) -> list[dict[str, Any]]:
    articles = reverse("service:article_list")
    in_vain, searches = sum(one.in_vain for one in found.weeks), sum(one.searches for one in found.weeks)
    return [
        _card("Answered with an article", found.answered, "solved tickets"),
        _card("Helped", found.helpful, "readers who said so"),
        _card("Searched in vain", Share(in_vain, searches), "searches on the help pages"),
        {"label": "Readers", "value": f"{found.readers:,}", "note": "a reader a day and article"},
        {"label": "Published", "value": f"{found.published:,}", "note": "for colleagues and customers",
         "url": f"{articles}?state=published"},
        {"label": "Due for a look", "value": f"{found.due:,}", "note": "is it still right?",
         "url": f"{articles}?at_hand=due"},
    ]  # fmt: skip


def _card(label: str, share: Share, of: str) -> dict[str, Any]:
    """A share with how many it is of, and the interval that they allow."""
    if share.value is None:
        return {"label": label, "value": "–", "note": f"no {of} yet"}
    low, high = share.interval
    return {"label": label, "value": f"{share.value:.0%}", "note": f"{low:.0%} to {high:.0%}; of {share.count:,} {of}"}
