"""Browsers that a person has signed in with before.

Failures count for a name, so a stranger could keep a colleague out by failing on purpose. A browser that has signed in
as that person carries a sealed cookie, and its failures are counted by themselves: the stranger fills the count of
browsers that nobody knows, the colleague's stays free (OWASP, "device cookies").
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from crm.foreign.tokens import Purpose, make_token, read_token
from crm.mail.addresses import normal_address

KNOWN_FOR = dt.timedelta(days=365)


def counted_as(request: HttpRequest, login: str) -> str:
    """Under which name failures are counted: the address, and the browser where it is known for that address."""
    address = normal_address(login)
    known = read_token(Purpose.DEVICE, request.COOKIES.get(settings.CRM_DEVICE_COOKIE, ""))
    device = known["device"] if known and known["address"] == address else ""
    return f"{device}:{address}"


def remember_device(request: HttpRequest, response: HttpResponseBase, address: str) -> None:
    """Let this browser be known for the address. One browser is known for one person, the last."""
    payload = {"address": normal_address(address), "device": secrets.token_hex(8)}
    response.set_cookie(
        settings.CRM_DEVICE_COOKIE,
        make_token(Purpose.DEVICE, payload, KNOWN_FOR),
        max_age=int(KNOWN_FOR.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path="/accounts/",
    )
