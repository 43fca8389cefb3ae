"""The first page after signing in: the cards that the apps bring for this person's role."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from crm.catalogue import HomeCard, catalogues
from crm.requests import SignedInRequest


class HomeView(TemplateView):
    request: SignedInRequest
    template_name = "crm/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cards=self._cards(), **kwargs)

    def _cards(self) -> list[dict[str, Any]]:
        """Cards for this role that have something to show, each {template, name, data}."""
        cards = sorted((card for c in catalogues() for card in c.home), key=lambda card: card.order)
        shown = ((card, card.context(self.request)) for card in cards if self._is_for_me(card))
        return [
            {"template": card.template, "name": card.name, "data": data} for card, data in shown if data is not None
        ]

    def _is_for_me(self, card: HomeCard) -> bool:
        return not card.roles or self.request.user.role in card.roles
