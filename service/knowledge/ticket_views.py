"""Articles inside a ticket: what fits it or is searched, into the reply by a click or a key, learned from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from crm.access import can
from crm.choices import Verb
from crm.languages.telling import spoken_refusal
from crm.models import User
from crm.requests import SignedInRequest
from crm.search.finding import cleaned
from crm.views.base import ActionView, ScopedView
from crm.views.forms import REFUSED
from service.knowledge import actions
from service.knowledge.choices import UseKind
from service.knowledge.finding import find_articles, languages_in
from service.knowledge.suggesting import MOST, offered, suggested
from service.models import Article, Ticket


class TicketArticlesView(ScopedView):
    """Articles that fit the ticket; with `?q=` those that are searched. A part of the ticket's page, or a page."""

    model = Ticket
    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ticket, user = self.get_record(), self.request.user
        asked = cleaned(request.GET.get("q", ""))
        if asked:
            rows = Article.objects.visible_to(user).published()
            found = find_articles(rows, asked, field="published_words", languages=languages_in(rows), most=MOST)
            shown = offered(user, ticket, [hit.article.pk for hit in found.hits])
        else:
            shown = suggested(user, ticket)
        context = {
            "ticket": ticket,
            "asked": asked,
            "shown": shown,
            "may_use": can(user, Verb.CHANGE, ticket) and bool(ticket.requester_email),
            "may_write": can(user, Verb.ADD, Article),
        }
        template = "_articles" if self.request.htmx else "articles"
        response = render(request, f"service/knowledge/{template}.html", context)
        patch_vary_headers(response, ["HX-Request"])
        return response


class TicketArticleUseView(ScopedView):
    """Notes that the ticket is answered with an article; the words for the reply, or the form of the reply with
    them."""

    model = Ticket
    verb = Verb.CHANGE
    http_method_names = ["post"]
    request: SignedInRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ticket, said = self.get_record(), request.POST
        article = article_asked(self.request.user, said)
        is_script = request.headers.get("Accept", "") == "application/json"
        kind = said.get("kind", UseKind.LINK)
        try:
            if article is None or kind not in UseKind.values:
                raise ValidationError("There is no such article.")
            words = actions.use_article(actor=self.request.user, ticket=ticket, article=article, kind=kind)
        except ValidationError as error:
            sentence = spoken_refusal(request, error)
            if is_script:
                return JsonResponse({"problem": sentence}, status=REFUSED)
            messages.error(request, sentence)
            return redirect(ticket)
        if is_script:
            return JsonResponse({"text": words})
        return redirect(f"{reverse('service:reply_create', args=[ticket.pk])}?article={article.pk}&kind={kind}")


class TicketProposeView(ActionView):
    """A draft of what helped in a solved ticket."""

    model = Ticket
    verb = Verb.VIEW
    request: SignedInRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        ticket = self.get_record()
        if not can(self.request.user, Verb.ADD, Article):
            raise PermissionDenied
        try:
            article = actions.propose_article(actor=self.request.user, ticket=ticket)
        except ValidationError as error:
            messages.error(request, spoken_refusal(request, error))
            return redirect(ticket)
        messages.success(request, "A draft. Say it so that it helps others, and take out what names the customer.")
        return redirect("service:article_update", pk=article.pk)


def article_asked(user: User, said: Mapping[str, str]) -> Article | None:
    """The article that `article` names, if the person may see it."""
    asked = said.get("article", "")
    key = int(asked) if asked.isdecimal() and len(asked) < 18 else 0
    return Article.objects.visible_to(user).select_related("published").filter(pk=key).first()


def words_asked(user: User, said: Mapping[str, str]) -> str:
    """What a reply begins with: the words of the article that the address names, if any."""
    article = article_asked(user, said)
    if article is None:
        return ""
    try:
        return actions.words_of(article, said.get("kind", UseKind.LINK))
    except ValidationError:  # taken off meanwhile: the reply begins empty
        return ""
