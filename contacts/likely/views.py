"""The word beside a form: who is perhaps there already."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from contacts.choices import ContactKind
from contacts.likely.queries import Typed, likely_ones, shown
from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.primary_keys import key_in
from crm.requests import SignedInRequest

LONGEST, MOST_LINES = 200, 20


class LikelyView(View):
    """What was typed so far, by the names of the form (`record`: the contact that is being changed)."""

    request: SignedInRequest

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, Contact):
            raise PermissionDenied
        context = {"likely": list(shown(user, likely_ones(user, self.typed())))}
        return render(request, "contacts/likely/_likely.html", context)

    def typed(self) -> Typed:
        kind = self._text("kind")
        parts = (self._text("first_name"), self._text("last_name"))
        return Typed(
            kind=kind if kind in ContactKind.values else ContactKind.PERSON,
            name=self._text("name") or " ".join(part for part in parts if part),
            emails=self._lines("emails"),
            phones=self._lines("phones"),
            country=self._text("country"),
            record=key_in(self._text("record")),
        )

    def _text(self, name: str) -> str:
        return self.request.GET.get(name, "").replace("\0", "").strip()[:LONGEST]

    def _lines(self, name: str) -> tuple[str, ...]:
        text = self.request.GET.get(name, "").replace("\0", "")[: LONGEST * MOST_LINES]
        return tuple(line.strip()[:LONGEST] for line in text.splitlines() if line.strip())[:MOST_LINES]
