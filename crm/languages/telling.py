"""What a person is told after a change: it is worked on in English, and said in the language of the page."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import translation

from crm.languages.refusing import said_errors
from crm.languages.speaking import spoken_in
from crm.languages.words import Titled, Typed, in_words, translated


def spoken(request: HttpRequest, pattern: str, **names: Any) -> str:
    """A sentence with names in it (`%(record)s is gone.`). A name that is a function is asked in that language."""
    with translation.override(spoken_in(request)):
        known = {name: value() if callable(value) else value for name, value in names.items()}
        return Typed(in_words(pattern, **known))


def spoken_after(request: HttpRequest, done: str, **names: Any) -> str:
    """What a view says when it is `done`: a text with places (`Saved “{record}”.`), or one that is `spoken` already."""
    if isinstance(done, Typed):
        return done
    with translation.override(spoken_in(request)):
        return translated(Titled(done, **names))


def spoken_refusal(request: HttpRequest, error: ValidationError) -> str:
    """Why an action refused, in one line."""
    with translation.override(spoken_in(request)):
        return " ".join(said_errors([error]))
