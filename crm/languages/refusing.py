"""Refusals with names in them. Plain ones are `ValidationError("…")`: their texts are found where they stand
(`crm.languages.views`) and translated where they are shown, like every text that is data of the code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList

from crm.languages.words import translated


class Later:
    """A name that is put into words when the refusal is shown: a number, a choice, or what else was refused."""

    __slots__ = ("words",)

    def __init__(self, words: Callable[[], Any]) -> None:
        self.words = words

    def __str__(self) -> str:
        return str(self.words())


def refused(sentence: str, /, **names: Any) -> ValidationError:
    """A refusal whose sentence has places for names: `refused("“%(stage)s” is gone.", stage=stage)`.

    A name that is a function is asked when the refusal is shown (`most=lambda: number(MOST)`), and one that is a
    refusal says its sentences there.
    """
    return ValidationError(sentence, params={name: _later(one) for name, one in names.items()})


def _later(name: Any) -> Any:
    if isinstance(name, ValidationError):
        return Later(lambda: " ".join(said_errors([name])))
    return Later(name) if callable(name) else name


def said_errors(errors: Iterable[Any]) -> list[str]:
    """Refusals in the language of the page: the text is translated, and what stands in its places is not."""
    if isinstance(errors, ErrorList):
        errors = errors.as_data()
    found: list[str] = []
    for error in errors:
        if isinstance(error, ValidationError):
            found += [_said(one) for one in leaves(error)]
        else:
            found.append(translated(error if isinstance(error, str) else str(error)))
    return found


def leaves(error: ValidationError) -> list[ValidationError]:
    """The single refusals of one, whichever field they are about."""
    if hasattr(error, "error_dict"):
        return [one for some in error.error_dict.values() for one in some]
    return list(error.error_list)


def _said(error: ValidationError) -> str:
    """A text of Django's is translated by itself; one with a number in it has no words before it knows the number."""
    words = translated(error.message) if isinstance(error.message, str) else error.message
    return str(words % error.params if error.params else words)
