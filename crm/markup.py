"""Markup put together in Python, where a page has dozens of the same.

Beside nh3 (`crm.foreign.html`) nothing else calls a text safe that it made: what comes in is escaped unless it is safe.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString


def filled(pattern: str, *values: Any) -> SafeString:
    """As `format_html`, for patterns without names that are filled very often: each value is escaped but for safe
    markup. Django's own asks of each value whether it is lazy, which costs it as much as the rest."""
    return SafeString(pattern.format(*[_shown(value) for value in values]))


def joined(pieces: Iterable[Any]) -> SafeString:
    """The pieces one after the other, each escaped but for safe markup."""
    return SafeString("".join([_shown(piece) for piece in pieces]))


def address_shown(address: str) -> SafeString:
    """An e-mail address that breaks before its @ where it does not fit in one line."""
    return SafeString(html.escape(address).replace("@", "<wbr>@"))


def _shown(value: Any) -> str:
    is_safe = getattr(value, "__html__", None)
    return is_safe() if is_safe else html.escape(str(value))
