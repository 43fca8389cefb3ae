"""What every request of a signed-in person passes: the session's place is kept; a missing second factor comes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from crm.accounts.second_factor import must_set_up

SET_UP_FIRST = "Your role needs a second factor. Set one up under Sign-in and security; then go on."
OPEN_NAMES = {"account_logout", "account_reauthenticate"}


class SessionPlace:
    """Says to the session where it is used, and keeps when that was last."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session: Any = request.session
        session.ip = get_adapter().get_client_ip(request)
        session.device = request.headers.get("User-Agent", "")
        if request.user.is_authenticated:
            session.note_seen()
        return self.get_response(request)


class SecondFactorFirst:
    """Leads who must have a second factor and has none to the page that sets one up, and lets them do nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """The refusal, or None to go on."""
        name = request.resolver_match.url_name or ""
        is_open = name in OPEN_NAMES or name.startswith("mfa_") or not getattr(view, "login_required", True)
        if is_open or not request.user.is_authenticated or not must_set_up(request.user, request.company):
            return None
        if request.htmx or request.path.startswith("/api/"):
            return HttpResponseForbidden(SET_UP_FIRST, content_type="text/plain; charset=utf-8")
        return redirect("mfa_index")
