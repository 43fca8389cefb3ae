"""Who reads the help pages, without knowing who: no cookie, no name, a digest that nobody can read back."""

from __future__ import annotations

import hashlib
import hmac

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

LONGEST_AGENT = 300


def visitor_of(request: HttpRequest) -> str:
    """The same for the same browser at the same place, as far as one can tell without a cookie."""
    agent = request.headers.get("User-Agent", "")[:LONGEST_AGENT]
    return digest_of(f"{get_adapter().get_client_ip(request)} {agent}")


def place_of(request: HttpRequest) -> str:
    """The same for all that comes from one address of the network."""
    return digest_of(str(get_adapter().get_client_ip(request)))


def digest_of(text: str) -> str:
    """Thirty-two letters, which without our key nobody makes of any address."""
    return hmac.new(settings.SECRET_KEY.encode(), f"visitor {text}".encode(), hashlib.sha256).hexdigest()[:32]


def language_for(request: HttpRequest, offered: list[str]) -> str:
    """The language that is asked for by `?lang=` or by the browser, of those in which there is something."""
    asked = request.GET.get("lang", "")
    if asked in offered:
        return asked
    wanted = parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200])
    for name, _ in wanted:
        if (short := name.split("-")[0]) in offered:
            return short
    return "en" if "en" in offered or not offered else offered[0]
