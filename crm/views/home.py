"""The first page after signing in: the figures and cards that the apps bring for this person's role."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View
from django.views.generic import TemplateView

from crm.requests import SignedInRequest
from crm.tiles.showing import Shown, ShownFigures, cards_for, figures_for, show_card, show_figures

PLACES = ("top", "wide", "main", "side")
MOST_IN_A_ROW = 6


class HomeView(TemplateView):
    """Figures on top, cards below. What may take long is asked for when the page stands."""

    request: SignedInRequest
    template_name = "crm/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        figures, cards = self._figures(), self._cards()
        places = {place: [one for one in cards if one.tile.place == place] for place in PLACES}
        count = sum(len(one.figures) or one.tile.most for one in figures)
        return super().get_context_data(
            figures=figures, is_many=count > MOST_IN_A_ROW, cards=cards, places=places, **kwargs
        )

    def _figures(self) -> list[ShownFigures]:
        user = self.request.user
        found = (
            ShownFigures(one, is_awaited=True) if one.is_late else show_figures(one, user) for one in figures_for(user)
        )
        return [one for one in found if one is not None]

    def _cards(self) -> list[Shown]:
        found = (
            Shown(card, is_awaited=True) if card.is_late else show_card(card, self.request)
            for card in cards_for(self.request.user)
        )
        return [one for one in found if one is not None]


class HomePartView(View):
    """One late tile of the person's home page (`?figures=` or `?card=`, its name), as a part of the page."""

    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        user, asked = self.request.user, request.GET
        for figures in figures_for(user):
            if figures.name == asked.get("figures"):
                return render(request, "tiles/_figures.html", {"one": show_figures(figures, user)})
        for card in cards_for(user):
            if card.name == asked.get("card"):
                return render(request, "tiles/_card.html", {"one": show_card(card, self.request)})
        if not asked:
            return HttpResponse()
        raise Http404("There is no such tile on your home page.")
