"""A text of the code in the language of the page."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.utils.translation import get_language, gettext


def is_translated() -> bool:
    """Whether the page is in another language than the code."""
    return get_language() not in (None, settings.LANGUAGE_CODE)


class Titled(str):
    """A text of the code with names in it, such as `Edit {record}`: the text is translated, and the names are not."""

    pattern: str
    names: dict[str, Any]

    def __new__(cls, pattern: str, **names: Any) -> Self:
        made = super().__new__(cls, pattern.format(**names))
        made.pattern, made.names = pattern, names
        return made


class Typed(str):
    """A text that people typed where the code has texts of its own, such as the name of their field: it stays as it is,
    even if the catalogue has the same words."""

    __slots__ = ()


def in_words(pattern: str, **names: Any) -> str:
    """A sentence of the code with names in it (`Opened in %(stage)s`), in the language of the page."""
    return gettext(pattern) % names


def translated(text: Any) -> Any:
    """A text that stands in the code, in the language of the page; as it is where the catalogue does not have it.

    Such texts are labels, choices and sentences that are data of the code: nothing is marked where they stand, and
    what is stored or exported stays English. `crm.languages.declared` tells the catalogues of them.
    """
    if isinstance(text, Typed):
        return text
    if isinstance(text, Titled):
        return translated(text.pattern).format(**text.names)
    return gettext(text) if isinstance(text, str) and text and is_translated() else text
