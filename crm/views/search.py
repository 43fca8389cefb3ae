"""Search over everything: the page, and the fragment that Ctrl-K shows while somebody types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from crm.requests import SignedInRequest
from crm.search.asking import commands, guide, recent, search_everything, shell_of
from crm.search.finding import cleaned

ON_THE_PAGE = 20
IN_THE_PALETTE = 6


class SearchView(View):
    """`?q=`: what every source finds, with how many there are and the way to all of them."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        text = cleaned(request.GET.get("q", ""))
        groups = search_everything(self.request.user, text, ON_THE_PAGE)
        is_close = bool(groups) and groups[0].is_close
        context = {**shell_of(groups), "typed": text, "top_search_value": text, "is_close": is_close}
        return render(request, "crm/search/search.html", context)


class PaletteView(View):
    """Records that fit what is typed, and commands; without any text what was lately worked on and where to go."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        text = cleaned(request.GET.get("q", ""))
        user = self.request.user
        found = search_everything(user, text, IN_THE_PALETTE) if text else [recent(user)]
        context = {**shell_of([*found, commands(self.request, text), guide(user, text)]), "typed": text}
        return render(request, "crm/search/_palette_results.html", context)
