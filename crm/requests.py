"""The request as views of signed-in people get it: the middleware has seen to the person and to htmx."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from crm.models import Company, User


class SignedInRequest(HttpRequest):
    """A request of a signed-in person (for type checkers only; views annotate `request` with it)."""

    user: User
    htmx: HtmxDetails
    company: Company
