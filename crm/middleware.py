"""Middleware of our own: signed-in pages stay private, an empty instance leads to its set-up page, and the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import get_user
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from crm.acting import acting, current_acting
from crm.actions import is_set_up
from crm.company import company_at_hand
from crm.paths import path_of


class FirstVisitMiddleware:
    """Sends the first visitor of an instance without people from the front door to `/setup/`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in ("/", path_of("account_login")) and not request.user.is_authenticated and not is_set_up():
            return redirect("crm:setup")
        return self.get_response(request)


class WhoActs:
    """Everything that the request writes is kept as the person's and the request's (`request.request_id`).

    The person is read here, so that a page asks them for a thousand things without the detour of a lazy object.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = get_user(request)
        with acting(actor_id=request.user.pk, request_id=current_acting().request_id):
            return self.get_response(request)


class CompanyZone:
    """Shows and reads times in the person's zone, or else the company's; days of figures are always the company's.

    The company's row is read once a request (`request.company`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with company_at_hand() as company:
            request.company = company  # type: ignore[attr-defined]
            with timezone.override(request.user.time_zone or company.zone):
                return self.get_response(request)


class StorableAddresses:
    """An address with a NUL byte leads nowhere: PostgreSQL keeps none in a text, and asked for one it answers with an
    error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """When the page that says so can be drawn. Raises Http404."""
        if "\0" in request.path_info:
            raise Http404("There is no such page.")


class PrivatePages:
    """Tells every cache to keep nothing of what a signed-in person is shown, unless the view decides otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response
