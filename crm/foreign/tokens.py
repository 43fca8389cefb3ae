"""Tokens in links that leave the house: sealed, for one purpose each, with an end where one is wanted.

A token is encrypted and authenticated (Fernet: AES-128-CBC and HMAC-SHA-256, compared in constant time) with a key made
from the secret key and the purpose: a stranger reads nothing in it but when it was made, and a token of one purpose is
none of another (OWASP ASVS 11.3). Who may use a token only once keeps that in a row of its own.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

LONGEST_TOKEN = 4_000
"""Characters; a longer text is not looked at."""


class Purpose(StrEnum):
    """What a token is for. The words are part of the key: a changed one makes all tokens of that purpose void."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    CONFIRMATION = "confirmation of an address"
    FORM = "stamp of a public form"
    SURVEY = "survey"
    CLICK = "click in a mail"
    OPENING = "opening of a mail"
    INVITATION = "invitation of a colleague"
    DOWNLOAD = "download of a file"
    REPLY = "reply to a ticket"
    PORTAL = "portal of a customer"
    HELP = "stamp of a help page"
    QUOTE = "quote shown to a customer"
    DEVICE = "browser that somebody signed in with"
    MAILBOX = "password of a mailbox"
    HOOK = "hook that mails are brought to"
    MESSAGE = "what became of a message"
    REPLY_HOOK = "hook that replies are brought to"
    ERASURE = "what somebody erased was called"
    SECOND_FACTOR = "secret of a second factor"


def make_token(purpose: Purpose, payload: Mapping[str, Any], expires: dt.timedelta | None) -> str:
    """A token of URL-safe letters that holds `payload` (JSON). `expires` None: good for ever, as for unsubscribing.

    Raises TypeError for a payload that JSON cannot hold and ValueError for one that makes too long a link.
    """
    end = None if expires is None else round((timezone.now() + expires).timestamp())
    text = json.dumps([end, dict(payload)], separators=(",", ":"), allow_nan=False)
    token = _seal(purpose, settings.SECRET_KEY).encrypt(text.encode()).rstrip(b"=").decode()
    if len(token) > LONGEST_TOKEN:
        raise ValueError(f"A payload of {len(text)} characters is too long for a link.")
    return token


def make_tag(purpose: Purpose, text: str) -> str:
    """Sixteen lower-case letters (80 bits) that only we can make of a text, for where a token would be too long."""
    return _tag(purpose, text, settings.SECRET_KEY)


def is_tag(purpose: Purpose, text: str, tag: str) -> bool:
    """Whether a tag is that of the text, by the key of now or one of before; compared in constant time."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(_tag(purpose, text, secret), tag) for secret in secrets)


def read_token(purpose: Purpose, token: str) -> dict[str, Any] | None:
    """What was put into the token, or None if it is forged, altered, of another purpose or past its end."""
    sealed = _canonical(token)
    if sealed is None:
        return None
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            text = _seal(purpose, secret).decrypt(sealed)
        except InvalidToken:
            continue
        end, payload = json.loads(text)
        return None if end is not None and timezone.now().timestamp() >= end else payload
    return None


def _canonical(token: str) -> bytes | None:
    """The token with its padding, or None if it is not written as `make_token` writes: one token, one spelling."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    padded = token.encode() + b"=" * (-len(token) % 4)
    try:
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    return padded if base64.urlsafe_b64encode(raw).rstrip(b"=") == token.encode() else None


def _tag(purpose: Purpose, text: str, secret: str) -> str:
    salt = f"crm.foreign.tokens.tag.{purpose.value}"
    digest = salted_hmac(salt, text, secret=secret, algorithm="sha256").digest()
    return base64.b32encode(digest[:10]).decode().lower()


@lru_cache(maxsize=64)
def _seal(purpose: Purpose, secret: str) -> Fernet:
    key = salted_hmac(f"crm.foreign.tokens.{purpose.value}", b"", secret=secret, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
