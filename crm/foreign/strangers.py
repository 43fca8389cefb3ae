"""What forms that strangers fill in have in common, without third parties: a field that only machines see, a stamp that
says when the page was shown, and how a place on the net is told from others without its address being kept."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from crm.foreign.tokens import Purpose, make_token, read_token

TRAP = "website_address"
STAMP = "stamp"
FASTEST = dt.timedelta(seconds=3)
STAMP_GOOD_FOR = dt.timedelta(hours=24)
MOST_AN_HOUR = 30  # from one place by one form
WINDOW = dt.timedelta(hours=1)


class TooMany(Exception):
    """So much was sent by this form from one place that more is not taken for a while."""


def trap_field() -> forms.CharField:
    """A field that no person sees."""
    trap = forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"})
    return forms.CharField(required=False, label="Leave this empty", widget=trap)


def stamp_of(form_key: Any) -> str:
    """Says that the page of this form was shown now."""
    return make_token(Purpose.FORM, {"form": form_key, "at": timezone.now().timestamp()}, STAMP_GOOD_FOR)


def age_of(stamp: str, form_key: Any) -> dt.timedelta | None:
    """How long ago the form was shown; None for a stamp that is not of this form, or too old."""
    found = read_token(Purpose.FORM, stamp) if stamp else None
    if found is None or found.get("form") != form_key:
        return None
    return dt.timedelta(seconds=timezone.now().timestamp() - found["at"])


def place_of(ip: str) -> str:
    """A place on the net, as it is kept: nobody reads the address back from it."""
    return hashlib.sha256(f"{settings.SECRET_KEY}{ip}".encode()).hexdigest()
