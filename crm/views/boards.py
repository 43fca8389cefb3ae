"""What a board's card is moved by: the page of the move, which the board's script sends, too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation

from crm.languages.refusing import said_errors
from crm.languages.speaking import spoken_in
from crm.saving import StaleRecord, who_was_faster
from crm.views.forms import REFUSED, FormPage

BOARD = "X-Board"
"""The header by which a board sends a move and wants a short answer."""


class BoardMovePage(FormPage):
    """A form that moves a record; a board gets JSON from it: 200 with the new version, 409 with who was faster, 422
    with what is missing. `lane` is the field that says where the card goes: with it, 422 also names the page on which
    the rest is said."""

    lane = ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        if request.headers.get(BOARD) and response.status_code == 302:
            list(messages.get_messages(request))  # the board says it itself
            record: Any = self.model._default_manager.only("version").get(pk=self.kwargs["pk"])
            return JsonResponse({"version": record.version})
        return response

    def said(self, errors: Iterable[Any]) -> str:
        """In one line, in the language of who moved it."""
        with translation.override(spoken_in(self.request)):
            return " ".join(said_errors(errors))

    def show_conflict(self, form: Any, stale: StaleRecord) -> HttpResponse:
        if self.request.headers.get(BOARD):
            return JsonResponse({"sentence": self.said([who_was_faster(stale.record)])}, status=409)
        return super().show_conflict(form, stale)

    def show(self, form: Any, status: int = 200, token: str = "", opened: str = "") -> HttpResponse:
        if self.request.headers.get(BOARD) and status == REFUSED:
            said = {"sentence": self.said(one for errors in form.errors.as_data().values() for one in errors)}
            if self.lane:
                said["url"] = f"{self.request.path}?{self.lane}={self.request.POST.get(self.lane, '')}"
            return JsonResponse(said, status=REFUSED)
        return super().show(form, status, token, opened)
